"""Bytes to and from the server, without an HTTP client that would mend them."""

import socket


def said(server, request):
    """Everything that the server says to these bytes, until it ends the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=15) as link:
        link.sendall(request)
        link.shutdown(socket.SHUT_WR)
        answer = b""
        while part := link.recv(65536):
            answer += part
    return answer
