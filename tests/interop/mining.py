"""Mines blocks whose coinbase pays chosen scripts, through btcd's getblocktemplate and submitblock; standard library only."""
import hashlib
import struct

CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def sha256d(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def compact(number):
    if number < 0xFD:
        return bytes([number])
    if number < 0x10000:
        return b"\xfd" + struct.pack("<H", number)
    return b"\xfe" + struct.pack("<I", number)


def script_of(address):
    """Output script of a segwit address (its checksum is the address giver's business)."""
    words = [CHARSET.index(c) for c in address[address.rindex("1") + 1:]][:-6]
    accumulator = int("".join(f"{word:05b}" for word in words[1:]), 2)
    bits = 5 * len(words[1:])
    program = (accumulator >> bits % 8).to_bytes(bits // 8, "big")
    return bytes([0x50 + words[0] if words[0] else 0, len(program)]) + program


def push_height(height):
    if height <= 16:
        return bytes([0x50 + height])
    data = height.to_bytes(height.bit_length() // 8 + 1, "little")
    return bytes([len(data)]) + data


def merkle_root(leaves):
    while len(leaves) > 1:
        if len(leaves) % 2:
            leaves.append(leaves[-1])
        leaves = [sha256d(leaves[i] + leaves[i + 1]) for i in range(0, len(leaves), 2)]
    return leaves[0]


def coinbase(height, outputs, commitment):
    script = push_height(height) + b"\x06duplex"
    outs = list(outputs)
    if commitment is not None:
        outs.append((commitment, 0))
    body_in = b"\x01" + b"\0" * 32 + b"\xff" * 4 + compact(len(script)) + script + b"\xff" * 4
    body_out = compact(len(outs)) + b"".join(struct.pack("<q", value) + compact(len(s)) + s for s, value in outs)
    plain = struct.pack("<i", 2) + body_in + body_out + b"\0" * 4
    full = struct.pack("<i", 2) + b"\0\x01" + body_in + body_out + b"\x01\x20" + b"\0" * 32 + b"\0" * 4
    return plain, (full if commitment is not None else plain)


def mine(btcd, payments, with_transactions=True):
    """Mines one block; `payments` is [(address, satoshi)], the rest of the reward goes to btcd's mining address.
    Returns its hash in display order."""
    template = btcd.rpc("getblocktemplate", {"mode": "template", "capabilities": ["coinbasevalue"], "rules": ["segwit"]})
    transactions = template["transactions"] if with_transactions else []
    reward = template["coinbasevalue"]
    if not with_transactions:
        reward -= sum(t.get("fee", 0) for t in template["transactions"])
    outputs = [(script_of(address), value) for address, value in payments]
    rest = reward - sum(value for _, value in payments)
    assert rest >= 0, "the coinbase cannot pay that much"
    if rest:
        outputs.append((script_of(btcd.MINING_ADDRESS), rest))
    raw = [bytes.fromhex(t["data"]) for t in transactions]
    txids = [bytes.fromhex(t["txid"] if "txid" in t else t["hash"])[::-1] for t in transactions]
    wtxids = [bytes.fromhex(t["hash"])[::-1] for t in transactions]
    root = merkle_root([b"\0" * 32] + wtxids)
    commitment = b"\x6a\x24\xaa\x21\xa9\xed" + sha256d(root + b"\0" * 32)
    plain, full = coinbase(template["height"], outputs, commitment)
    header = struct.pack("<i", template["version"]) + bytes.fromhex(template["previousblockhash"])[::-1] \
        + merkle_root([sha256d(plain)] + txids) + struct.pack("<I", max(template["curtime"], template.get("mintime", 0))) \
        + bytes.fromhex(template["bits"])[::-1]
    target = int(template["target"], 16)
    for nonce in range(1 << 32):
        candidate = header + struct.pack("<I", nonce)
        if int.from_bytes(sha256d(candidate), "little") <= target:
            break
    block = candidate + compact(1 + len(raw)) + full + b"".join(raw)
    result = btcd.rpc("submitblock", block.hex())
    assert result is None, f"submitblock: {result}"
    return sha256d(candidate)[::-1].hex()
