"""A server that stands in for a language model: on a port of its own on this machine, answering as a test's script says."""
import contextlib
import http.server
import json
import socket
import threading
import time

CONTEXT = 4096


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, script):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = script
        self.requests = []  # (path, request, headers)
        self.lock = threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def questions(self):
        """The requests that hold source, not those that find out what the server can do."""
        return [request for path, request, _ in self.requests if not is_probe(request)]

    def handle_error(self, request, client_address):
        pass  # clients that give up are part of the tests


def text_of(request):
    if "prompt" in request:
        return request["prompt"]
    return "\n".join(message["content"] for message in request["messages"])


def is_probe(request):
    return request.get("max_tokens") == 16


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = json.loads(body)
        with self.server.lock:
            self.server.requests.append((self.path, request, dict(self.headers)))
        self.server.script(self, request)

    def send(self, status, body, headers=()):
        body = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def send_json(self, value, status=200, headers=()):
        self.send(status, json.dumps(value), headers)

    def send_endless(self, piece, pause):
        """Chunks without an end, until the client has enough."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(100000):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.flush()
                time.sleep(pause)
        self.close_connection = True

    def cut(self, body, length):
        """Promises more than it sends."""
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        self.hang_up()

    def hang_up(self):
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True


def answer(texts, chat=True, chances=None):
    """What an OpenAI-compatible server says."""
    choices = []
    for n, text in enumerate(texts):
        choice = {"index": n, "finish_reason": "stop"}
        if chat:
            choice["message"] = {"role": "assistant", "content": text}
        else:
            choice["text"] = text
        if chances:
            choice["logprobs"] = {"content": chances(text)}
        choices.append(choice)
    return {"object": "chat.completion", "choices": choices, "usage": {"total_tokens": 100}}


def model(reply, *, chat=True, several=True, chances=None, grammar=None):
    """The script of a server with these abilities; `reply(question number, request)` gives the texts of its answers."""
    state = {"asked": 0}
    lock = threading.Lock()

    def script(handler, request):
        if handler.path.endswith("/chat/completions") and not chat:
            return handler.send_json({"error": {"message": "no chat here"}}, 404)
        count = request.get("n", 1) if several else 1
        if is_probe(request):
            texts = ["yes"] * count
            if grammar and grammar in request:
                texts = [json.dumps(request[grammar]).split('\\"')[-2]] * count
        else:
            with lock:
                number = state["asked"]
                state["asked"] += 1
            texts = reply(number, request)[:count]
        handler.send_json(answer(texts, chat, chances if request.get("logprobs") else None))

    return script


@contextlib.contextmanager
def serving(script):
    server = Server(script)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
