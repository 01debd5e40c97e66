"""Starts and stops the programs of the suite: btcd and our own. Loopback only, free ports, folders of their own."""
import base64
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

PEERS = pathlib.Path(os.environ.get("DUPLEX_PEERS_BIN", "/nonexistent"))
OURS = pathlib.Path(os.environ.get("DUPLEX_BIN", "/nonexistent"))
PATIENCE = 120  # seconds until a condition that must come true is called a failure


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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
        time.sleep(0.05)
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
    """A btcd on regtest with its miner paying to nobody we know."""

    MINING_ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"  # BIP 173's example key

    def __init__(self, folder, name="btcd", connect=None):
        self.folder = folder / name
        self.folder.mkdir()
        (self.folder / "btcd.conf").touch()
        self.p2p, self.rpc_port = free_port(), free_port()
        arguments = [PEERS / "btcd", f"--configfile={self.folder}/btcd.conf", "--regtest", "--txindex", "--addrindex", "--nodnsseed",
                     "--notls", "--rpcuser=u", "--rpcpass=p", f"--rpclisten=127.0.0.1:{self.rpc_port}",
                     f"--listen=127.0.0.1:{self.p2p}", f"--datadir={self.folder}/data", f"--logdir={self.folder}/log",
                     "--trickleinterval=100ms", "--minrelaytxfee=0.00001", "--norelaypriority", f"--miningaddr={self.MINING_ADDRESS}"]
        if connect:
            arguments.append(f"--connect=127.0.0.1:{connect.p2p}")
        self.process = Process(name, [str(a) for a in arguments], self.folder)
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        wait_until(lambda: self.rpc("getblockcount") is not None, "btcd answers")

    def rpc(self, method, *params):
        request = urllib.request.Request(f"http://127.0.0.1:{self.rpc_port}",
                                         json.dumps({"jsonrpc": "1.0", "id": 1, "method": method, "params": list(params)}).encode(),
                                         {"Authorization": "Basic " + base64.b64encode(b"u:p").decode(), "Content-Type": "application/json"})
        with self.opener.open(request, timeout=60) as response:
            answer = json.load(response)
        if answer.get("error"):
            raise RpcError(f"{method}: {answer['error']}")
        return answer["result"]

    def generate(self, count):
        return self.rpc("generate", count)

    def height(self):
        return self.rpc("getblockcount")

    def stop(self):
        self.process.stop()


class Duplexd:
    """Our node on regtest, connected to the given peers only."""

    def __init__(self, folder, peers, name="duplexd"):
        self.folder = folder / name
        self.peers = peers
        self.name = name
        self.process = None
        self.start()

    def start(self):
        self.folder.mkdir(exist_ok=True, mode=0o700)
        arguments = [OURS / "duplexd", f"--datadir={self.folder}", "--network=regtest"]
        arguments += [f"--connect=127.0.0.1:{port}" for port in self.peers]
        self.process = Process(self.name, [str(a) for a in arguments], self.folder)
        wait_until(lambda: self.cli("getblockcount") is not None, "duplexd answers")

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

    def satoshi(self, key="trusted"):
        return sat(self.cli("getbalances")["mine"][key])

    def wait_for(self, height, patience=PATIENCE):
        return wait_until(lambda: int(self.cli("getblockcount")) == height, f"duplexd verified to {height}", patience)

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
