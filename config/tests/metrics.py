"""Reads `/metrics`."""

from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families


def text_of(server):
    """The metrics of a real server, whose workers may still be starting."""
    with urlopen(f"{server.base}/metrics", timeout=120) as answer:
        return answer.read().decode()


def samples(text):
    """The samples by name (without prefix) and label values (sorted by label)."""
    return {
        (
            one.name.removeprefix("referrals_"),
            *(value for _, value in sorted(one.labels.items())),
        ): (one.value)
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def figures(server):
    """The samples of a real server."""
    return samples(text_of(server))
