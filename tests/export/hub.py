"""A hub on loopback that speaks the part of its protocol that sending a dataset needs, without xet."""

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hub:
    """Keeps large objects by hash and committed files by path; may cut connections."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.files: dict[str, bytes] = {}
        self.commits = self.puts = self.cuts = 0
        self.status = 200
        self.private: bool | None = None
        self.speaks = True
        self.tags: dict[str, int] = {}
        """Number of commits when a tag was set."""
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def body(self):
                if self.headers.get("Transfer-Encoding") == "chunked":
                    parts = []
                    while size := int(self.rfile.readline(), 16):
                        parts.append(self.rfile.read(size))
                        self.rfile.readline()
                    self.rfile.readline()
                    return b"".join(parts)
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))

            def answer(self, value, status=200):
                data = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_PUT(self):
                hub.puts += 1
                if hub.cuts:
                    hub.cuts -= 1
                    self.rfile.read(10)
                    self.close_connection = True
                    self.connection.close()
                    return
                data = self.body()
                assert hashlib.sha256(data).hexdigest() == self.path.rsplit("/", 1)[1]
                hub.objects[self.path.rsplit("/", 1)[1]] = data
                self.answer({})

            def do_GET(self):
                if hub.status != 200:
                    return self.answer({"error": "no"}, hub.status)
                names = [{"rfilename": name} for name in sorted(hub.files)]
                told = {"id": "someone/walks", "sha": "0" * 40, "siblings": names}
                return self.answer(told if hub.private is None else {**told, "private": hub.private})

            def do_DELETE(self):
                del hub.tags[self.path.rsplit("/", 1)[1]]
                return self.answer({})

            def do_POST(self):
                told = self.body()
                if not hub.speaks:
                    return self.answer({})
                if hub.status != 200:
                    return self.answer({"error": "no"}, hub.status)
                if self.path == "/api/repos/create":
                    return self.answer({"url": f"{hub.address}/datasets/someone/walks", "id": "someone/walks"})
                if self.path == "/api/validate-yaml":
                    return self.answer({"errors": [], "warnings": []})
                if self.path.endswith("/tag/main"):
                    tag = json.loads(told)["tag"]
                    if tag in hub.tags:
                        return self.answer({"error": "exists"}, 409)
                    hub.tags[tag] = hub.commits
                    return self.answer({})
                if "/preupload/" in self.path:
                    files = json.loads(told)["files"]
                    return self.answer({"files": [self.mode(file) for file in files]})
                if self.path.endswith("/objects/batch"):
                    return self.answer(
                        {"transfer": "basic", "objects": [self.place(o) for o in json.loads(told)["objects"]]}
                    )
                if "/commit/" in self.path:
                    return self.answer(self.commit(told))
                return self.answer({"error": self.path}, 404)

            def mode(self, file):
                large = file["path"].endswith((".mp4", ".parquet", ".ply"))
                return {"path": file["path"], "uploadMode": "lfs" if large else "regular", "shouldIgnore": False}

            def place(self, wanted):
                there = wanted["oid"] in hub.objects
                href = {"href": f"{hub.address}/objects/{wanted['oid']}", "header": {}}
                return {**wanted, **({} if there else {"actions": {"upload": href}})}

            def commit(self, told):
                for line in map(json.loads, told.decode().splitlines()):
                    value = line["value"]
                    if line["key"] == "file":
                        hub.files[value["path"]] = base64.b64decode(value["content"])
                    elif line["key"] == "lfsFile":
                        hub.files[value["path"]] = hub.objects[value["oid"]]
                    elif line["key"] == "deletedFile":
                        del hub.files[value["path"]]
                hub.commits += 1
                url = f"{hub.address}/datasets/someone/walks/commit/{1:040}"
                return {"commitUrl": url, "commitOid": "1" * 40, "success": True}

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
