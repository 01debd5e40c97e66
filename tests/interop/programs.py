"""Starts and stops the programs of the suite: btcd, LND and our own. Loopback only, free ports, folders of their own."""
import base64
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

PEERS = pathlib.Path(os.environ.get("DUPLEX_PEERS_BIN", "/nonexistent"))
OURS = pathlib.Path(os.environ.get("DUPLEX_BIN", "/nonexistent"))
PATIENCE = 120  # seconds until a condition that must come true is called a failure


# Peers want to be told their port. One that the system would hand out could belong to some outgoing connection by the
# time they listen (Linux: from 32768 on), so ports below are tried, each once.
_ports = random.SystemRandom().sample(range(20_000, 32_768), 12_768)


def free_port():
    while True:
        port = _ports.pop()
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def wait_until(condition, what, patience=PATIENCE):
    """Polls an outside program's state; returns the condition's first true value."""
    end = time.monotonic() + patience
    last = None
    while time.monotonic() < end:
        try:
            last = condition()
            if last:
                return last
        except (OSError, RpcError) as error:
            last = error
        time.sleep(0.03)
    raise AssertionError(f"{what}: not within {patience} s (last: {last})")


class RpcError(Exception):
    def __init__(self, message, code=None):
        super().__init__(message)
        self.code = code


class Process:
    def __init__(self, name, arguments, folder, environment=None):
        self.log_path = folder / f"{name}.out"
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen(arguments, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL,
                                        env={**os.environ, "HOME": str(folder), **(environment or {})})

    def stop(self, sig=signal.SIGTERM, patience=60):
        if self.process.poll() is None:
            self.process.send_signal(sig)
        try:
            status = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.log.close()
        return status


class Folder:
    """A temporary folder; kept and named when DUPLEX_KEEP is set."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="duplex-interop-"))

    def remove(self):
        if os.environ.get("DUPLEX_KEEP"):
            print(f"kept {self.path}")
        else:
            shutil.rmtree(self.path, ignore_errors=True)


class Btcd:
    """A btcd on regtest with its miner paying to nobody we know. LND takes its RPC over TLS only."""

    MINING_ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"  # BIP 173's example key

    def __init__(self, folder, name="btcd", connect=None, tls=False):
        self.folder = folder / name
        self.folder.mkdir()
        (self.folder / "btcd.conf").touch()
        self.p2p, self.rpc_port = free_port(), free_port()
        self.certificate = self.folder / "rpc.cert" if tls else None
        arguments = [PEERS / "btcd", f"--configfile={self.folder}/btcd.conf", "--regtest", "--txindex", "--addrindex", "--nodnsseed",
                     "--rpcuser=u", "--rpcpass=p", f"--rpclisten=127.0.0.1:{self.rpc_port}",
                     f"--listen=127.0.0.1:{self.p2p}", f"--datadir={self.folder}/data", f"--logdir={self.folder}/log",
                     "--trickleinterval=100ms", "--minrelaytxfee=0.00001", "--norelaypriority", f"--miningaddr={self.MINING_ADDRESS}"]
        arguments += [f"--rpccert={self.certificate}", f"--rpckey={self.folder}/rpc.key"] if tls else ["--notls"]
        if connect:
            arguments.append(f"--connect=127.0.0.1:{connect.p2p}")
        self.process = Process(name, [str(a) for a in arguments], self.folder)
        self.context = None  # made when btcd has written its certificate
        self.session = None  # of TLS: btcd ends each connection, and its key is slow
        wait_until(lambda: self.rpc("getblockcount") is not None, "btcd answers")

    def rpc(self, method, *params):
        return self.batch([(method, *params)])[0]

    def batch(self, calls):
        """The results of [(method, parameters...)], asked at once."""
        body = [{"jsonrpc": "2.0", "id": number, "method": method, "params": params} for number, (method, *params) in enumerate(calls)]
        connection = http.client.HTTPConnection("127.0.0.1", self.rpc_port, timeout=60)
        try:
            connection.connect()
            if self.certificate:
                self.context = self.context or ssl.create_default_context(cafile=self.certificate)
                connection.sock = self.context.wrap_socket(connection.sock, server_hostname="127.0.0.1", session=self.session)
            connection.request("POST", "/", json.dumps(body), {"Authorization": "Basic " + base64.b64encode(b"u:p").decode(),
                                                               "Content-Type": "application/json"})
            if self.certificate:
                secured = connection.sock
            response = connection.getresponse()
            if self.certificate:
                self.session = secured.session
            answers = json.loads(response.read(), parse_float=str)
        except (http.client.HTTPException, json.JSONDecodeError) as error:
            raise RpcError(f"btcd, {calls[0][0]}: {error!r}") from error
        finally:
            connection.close()
        for (method, *_), answer in zip(calls, answers):
            if answer.get("error"):
                raise RpcError(f"{method}: {answer['error']}")
        return [answer["result"] for answer in answers]

    def generate(self, count):
        return self.rpc("generate", count)

    def height(self):
        return self.rpc("getblockcount")

    def stop(self):
        self.process.stop()


class Lnd:
    """An LND on btcd, spoken to by REST without TLS and macaroons."""

    def __init__(self, folder, btcd, name, *options):
        self.folder = folder / name
        self.folder.mkdir()
        (self.folder / "lnd.conf").touch()
        self.btcd, self.name = btcd, name
        self.options = options
        self.launch()
        self.id = None

    def launch(self):
        btcd, name, options = self.btcd, self.name, self.options
        self.p2p, self.grpc, self.port = free_port(), free_port(), free_port()
        arguments = [PEERS / "lnd", f"--lnddir={self.folder}", f"--configfile={self.folder}/lnd.conf", f"--alias={name}", "--noseedbackup",
                     "--no-macaroons", "--no-rest-tls", "--nobootstrap", "--bitcoin.regtest", "--bitcoin.node=btcd",
                     f"--btcd.rpchost=127.0.0.1:{btcd.rpc_port}", "--btcd.rpcuser=u", "--btcd.rpcpass=p", f"--btcd.rpccert={btcd.certificate}",
                     f"--listen=127.0.0.1:{self.p2p}", f"--rpclisten=127.0.0.1:{self.grpc}", f"--restlisten=127.0.0.1:{self.port}",
                     "--bitcoin.defaultchanconfs=3", "--bitcoin.defaultremotedelay=10", "--trickledelay=50", "--maxpendingchannels=20",
                     "--accept-keysend", "--debuglevel=info,PEER=debug", *options]
        self.process = Process(name, [str(a) for a in arguments], self.folder)

    def wait_for_start(self):
        """After at least one block was mined. A port that another program took meanwhile ends an LND at once."""
        wait_until(self.answers, f"{self.name} starts")
        self.wait_for_sync()
        self.id = self.rest("GET", "/v1/getinfo")["identity_pubkey"]

    def answers(self):
        if self.process.process.poll() is not None:
            self.process.stop()
            self.launch()
        return self.rest("GET", "/v1/getinfo")

    def wait_for_sync(self, height=None):
        height = self.btcd.height() if height is None else height

        def synced():
            info = self.rest("GET", "/v1/getinfo")
            return info["synced_to_chain"] and info["block_height"] == height
        wait_until(synced, f"{self.name} follows the chain")

    def open(self, method, path, body=None, timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        connection.request(method, path, None if body is None else json.dumps(body))
        return connection, connection.getresponse()

    def rest(self, method, path, body=None, timeout=60):
        """The answer; of a stream its first element."""
        connection, response = self.open(method, path, body, timeout)
        try:
            answer = json.loads(response.readline() if response.getheader("Transfer-Encoding") == "chunked" and method != "GET"
                                else response.read(), parse_float=str)
        except (json.JSONDecodeError, http.client.HTTPException) as error:
            raise RpcError(f"{self.name} {method} {path}: {error}") from error
        finally:
            connection.close()
        if "error" in answer:
            answer = answer["error"]
        if "code" in answer and "message" in answer:
            raise RpcError(f"{self.name} {method} {path}: {answer['message']}", answer["code"])
        return answer.get("result", answer)

    def start_payment(self, payment_request, fee_limit_sat=1000):
        return LndPayment(self, payment_request, fee_limit_sat)

    def address(self):
        return self.rest("GET", "/v1/newaddress")["address"]

    def invoice(self, amount_msat, **fields):
        return self.rest("POST", "/v1/invoices", {"value_msat": str(amount_msat), **fields})

    def hold_invoice(self, amount_msat, payment_hash, **fields):
        return self.rest("POST", "/v2/invoices/hodl", {"value_msat": str(amount_msat), "hash": base64.b64encode(payment_hash).decode(), **fields})

    def invoice_state(self, payment_hash):
        return self.rest("GET", "/v1/invoice/" + payment_hash.hex())["state"]

    def settle(self, preimage):
        self.rest("POST", "/v2/invoices/settle", {"preimage": base64.b64encode(preimage).decode()})

    def cancel(self, payment_hash):
        self.rest("POST", "/v2/invoices/cancel", {"payment_hash": base64.b64encode(payment_hash).decode()})

    def channel(self, channel_point):
        """The open channel, or nothing."""
        found = [c for c in self.rest("GET", "/v1/channels")["channels"] if c["channel_point"] == channel_point]
        return found[0] if found else None

    def close_channel(self, channel_point, force=False, sat_per_vbyte=2):
        options = "force=true" if force else f"sat_per_vbyte={sat_per_vbyte}"
        self.rest("DELETE", f"/v1/channels/{channel_point.replace(':', '/')}?{options}&no_wait=true")

    def stop(self):
        # Nothing of it is used again, and a clean end takes it half a minute.
        self.process.stop(signal.SIGKILL)


class LndPayment:
    """A payment by LND that goes on beside the test."""

    def __init__(self, lnd, payment_request, fee_limit_sat):
        self.last = None
        self.lnd = lnd
        self.body = {"payment_request": payment_request, "timeout_seconds": 60, "fee_limit_sat": str(fee_limit_sat), "no_inflight_updates": False}
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            connection, response = self.lnd.open("POST", "/v2/router/send", self.body, timeout=300)
            while line := response.readline():
                self.last = json.loads(line)
            connection.close()
        except (OSError, http.client.HTTPException, json.JSONDecodeError) as error:
            self.last = {"error": {"message": repr(error)}}

    def result(self, patience=PATIENCE):
        """SUCCEEDED, or the reason of the failure."""
        self.thread.join(patience)
        assert not self.thread.is_alive(), f"a payment of {self.lnd.name} hangs: {self.last}"
        payment = self.last.get("result") or {"failure_reason": self.last["error"]["message"], "status": "FAILED"}
        return payment["status"] if payment["status"] == "SUCCEEDED" else payment["failure_reason"]

    def fee_msat(self):
        return int(self.last["result"]["fee_msat"])


class Duplexd:
    """Our node on regtest, connected to the given Bitcoin peers only."""

    def __init__(self, folder, peers, name="duplexd", lightning=False):
        self.folder = folder / name
        self.peers = peers
        self.name = name
        self.lightning_port = free_port() if lightning else None
        self.process = None
        self.start()

    def start(self):
        self.launch()
        wait_until(lambda: self.call("getblockcount") is not None, "duplexd answers")

    def launch(self):
        self.folder.mkdir(exist_ok=True, mode=0o700)
        arguments = [OURS / "duplexd", f"--datadir={self.folder}", "--network=regtest"]
        arguments += [f"--connect=127.0.0.1:{port}" for port in self.peers]
        if self.lightning_port:
            arguments.append(f"--lightning-listen=127.0.0.1:{self.lightning_port}")
        self.process = Process(self.name, [str(a) for a in arguments], self.folder)

    def cli(self, *arguments, stdin=None):
        result = subprocess.run([str(OURS / "duplex-cli"), f"--datadir={self.folder}", "--network=regtest", *map(str, arguments)],
                                capture_output=True, text=True, input=stdin, timeout=300, check=False)
        if result.returncode != 0:
            raise RpcError(result.stderr.strip(), result.returncode)
        text = result.stdout.strip()
        try:
            return json.loads(text, parse_float=str)  # amounts stay text: never through a double
        except json.JSONDecodeError:
            return text

    def call(self, method, *params, timeout=300, **named):
        """The same by the socket itself: quicker where a test asks often."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout)
            connection.connect(str(self.folder / "regtest" / "duplex.sock"))
            connection.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": named or list(params)}).encode() + b"\n")
            text = b""
            while not text.endswith(b"\n"):
                part = connection.recv(65536)
                if not part:
                    raise OSError(f"{method}: duplexd closed the connection")
                text += part
        answer = json.loads(text, parse_float=str)
        if "error" in answer:
            raise RpcError(f"{method}: {answer['error']['message']}", answer["error"]["code"])
        return answer["result"]

    def log_text(self):
        return (self.folder / "regtest" / "duplex.log").read_text()

    def satoshi(self, key="trusted"):
        return sat(self.call("getbalances")["mine"][key])

    def wait_for(self, height, patience=PATIENCE):
        return wait_until(lambda: int(self.call("getblockcount")) == height, f"duplexd verified to {height}", patience)

    def kill(self):
        return self.process.stop(signal.SIGKILL)

    def stop(self):
        return self.process.stop()


def sat(text):
    """Satoshi of a decimal BTC text with eight decimals."""
    text = str(text)
    sign = -1 if text.startswith("-") else 1
    whole, _, rest = text.lstrip("-").partition(".")
    assert len(rest) <= 8, text
    return sign * (int(whole) * 100_000_000 + int(rest.ljust(8, "0")))
