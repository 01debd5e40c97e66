"""Basic block filters (BIP 158) and their headers (BIP 157); standard library only."""
import hashlib

P, M = 19, 784931
MASK = (1 << 64) - 1


def sha256d(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def siphash(key, data):
    """SipHash-2-4 of `data` under a key of 16 bytes."""
    k0, k1 = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:16], "little")
    v0, v1 = k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D
    v2, v3 = k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573

    def rounds(count):
        nonlocal v0, v1, v2, v3
        for _ in range(count):
            v0 = (v0 + v1) & MASK
            v1 = ((v1 << 13 | v1 >> 51) & MASK) ^ v0
            v0 = (v0 << 32 | v0 >> 32) & MASK
            v2 = (v2 + v3) & MASK
            v3 = ((v3 << 16 | v3 >> 48) & MASK) ^ v2
            v0 = (v0 + v3) & MASK
            v3 = ((v3 << 21 | v3 >> 43) & MASK) ^ v0
            v2 = (v2 + v1) & MASK
            v1 = ((v1 << 17 | v1 >> 47) & MASK) ^ v2
            v2 = (v2 << 32 | v2 >> 32) & MASK

    padded = data + b"\0" * (-(len(data) + 1) % 8) + bytes([len(data) & 0xFF])
    for i in range(0, len(padded), 8):
        word = int.from_bytes(padded[i:i + 8], "little")
        v3 ^= word
        rounds(2)
        v0 ^= word
    v2 ^= 0xFF
    rounds(4)
    return v0 ^ v1 ^ v2 ^ v3


def encode(scripts, block_hash):
    """The filter of these scripts; `block_hash` in internal order."""
    elements = {bytes(script) for script in scripts}
    count = len(elements)
    values = sorted(siphash(block_hash[:16], element) * (count * M) >> 64 for element in elements)
    bits = []
    last = 0
    for value in values:
        quotient, remainder = divmod(value - last, 1 << P)
        bits.append("1" * quotient + "0" + f"{remainder:0{P}b}")
        last = value
    text = "".join(bits)
    text += "0" * (-len(text) % 8)
    assert count < 0xFD
    return bytes([count]) + (int(text, 2).to_bytes(len(text) // 8, "big") if text else b"")


def header(filter_hash, previous):
    return sha256d(filter_hash + previous)


def scripts_of(btcd, block_hash):
    """(output scripts, spent scripts) that a block's filter holds; the hash in display order."""
    outputs, spent = [], []
    for transaction in btcd.rpc("getblock", block_hash, 2)["rawtx"]:
        for output in transaction["vout"]:
            script = bytes.fromhex(output["scriptPubKey"]["hex"])
            if script and script[0] != 0x6A:
                outputs.append(script)
        for source in transaction["vin"]:
            if "txid" in source:
                previous = btcd.rpc("getrawtransaction", source["txid"], 1)
                spent.append(bytes.fromhex(previous["vout"][source["vout"]]["scriptPubKey"]["hex"]))
    return outputs, spent
