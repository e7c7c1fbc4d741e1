"""Answers on port 8080, TCP and UDP, both families: POD NODE from ADDRESS:PORT."""

import http.server
import os
import socket
import threading

ME = socket.gethostname() + " " + os.environ.get("NODE", "")


def plain(address):
    return "%s:%d" % (address[0].removeprefix("::ffff:"), address[1])


class Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = ("%s from %s\n" % (ME, plain(self.client_address))).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


def udp():
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    sock.bind(("::", 8080))
    while True:
        _, address = sock.recvfrom(2048)
        sock.sendto(("%s %s\n" % (ME, plain(address))).encode(), address)


threading.Thread(target=udp, daemon=True).start()
Server(("::", 8080), Echo).serve_forever()
