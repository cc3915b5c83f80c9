"""The SQL of the fastest floor: one statement for each round trip."""

COLUMNS = """u.id::text, u.phone, u.first_name, u.last_name, u.email, c.value, c.activations_count,
    a.code, a.activated_at,
    (SELECT json_agg(phone)::text FROM (
        SELECT p.phone FROM referrals_activation x JOIN users_user p ON p.id = x.invitee_id
        WHERE x.inviter_id = u.id ORDER BY x.activated_at DESC, x.id DESC LIMIT 50) newest)
    FROM users_session s JOIN users_user u ON u.id = s.user_id
    JOIN referrals_invitecode c ON c.owner_id = u.id"""
LIVE = "s.id = $1 AND s.ended_at IS NULL AND s.expires_at > now() AND u.is_active"

PROFILE = """SELECT COLUMNS
    LEFT JOIN referrals_activation a ON a.invitee_id = u.id WHERE LIVE"""

ACTIVATE = """WITH entered AS (
        INSERT INTO referrals_activation (invitee_id, inviter_id, code, activated_at)
        SELECT u.id, c.owner_id, c.value, now()
        FROM users_session s JOIN users_user u ON u.id = s.user_id, referrals_invitecode c
        WHERE LIVE AND c.value = $2
        ON CONFLICT DO NOTHING RETURNING inviter_id, code, activated_at),
    counted AS (
        UPDATE referrals_invitecode c SET activations_count = c.activations_count + 1
        FROM entered WHERE c.owner_id = entered.inviter_id)
    SELECT COLUMNS CROSS JOIN entered a WHERE LIVE"""

CHARGE = """WITH network AS (
        INSERT INTO users_limit (key, kind, count, resets_at)
        VALUES ($1, 'guesses-network', 1, $4)
        ON CONFLICT (key) DO UPDATE SET count = users_limit.count + 1 RETURNING 1),
    phone AS (
        INSERT INTO users_limit (key, kind, count, resets_at)
        SELECT $2, 'guesses-phone', 1, $4 FROM network
        ON CONFLICT (key) DO UPDATE SET count = users_limit.count + 1 RETURNING 1)
    UPDATE users_challenge SET ticket_left = ticket_left - 1, ticket_charged = ticket_charged + 1
    FROM phone WHERE ticket_key = $3 AND ticket_left > 0 AND expires_at > $5 RETURNING key, nonce"""

LOG_IN = """WITH used AS (
        DELETE FROM users_challenge WHERE key = $1 AND nonce = $2 RETURNING 1),
    person AS (
        UPDATE users_user SET last_login = now() FROM used WHERE phone = $3 AND is_active
        RETURNING id)
    INSERT INTO users_session
        (id, user_id, counter, created_at, last_used_at, expires_at, user_agent, ip, network)
    SELECT $4::uuid, id, 0, now(), now(), now() + interval '90 days', '', $5::text::inet, $5
    FROM person RETURNING user_id::text, counter, extract(epoch FROM expires_at)::bigint"""

REFUND = """WITH refunded AS (
        UPDATE users_limit SET count = count - 1 WHERE key IN ($1, $2) RETURNING 1)
    SELECT count(*) FROM refunded"""

ROTATE = """WITH taken AS (
        INSERT INTO users_limit (key, kind, count, resets_at) VALUES ($1, 'refreshes', 0, $2)
        ON CONFLICT (key) DO UPDATE SET resets_at = users_limit.resets_at + 60 RETURNING 1)
    UPDATE users_session s SET counter = counter + 1, last_used_at = now(), ip = $5, user_agent = ''
    FROM taken, users_user u
    WHERE s.id = $3 AND s.counter = $4 AND s.ended_at IS NULL AND s.expires_at > now()
        AND u.id = s.user_id AND u.is_active
    RETURNING s.user_id::text, s.counter, extract(epoch FROM s.expires_at)::bigint"""

TEXTS = {
    "profile": PROFILE,
    "activate": ACTIVATE,
    "charge": CHARGE,
    "log_in": LOG_IN,
    "refund": REFUND,
    "rotate": ROTATE,
}
ALL = {name: text.replace("COLUMNS", COLUMNS).replace("LIVE", LIVE) for name, text in TEXTS.items()}
