// Control and chain: what `getblockchaininfo`, `getblock` and the explorer's pages ask.

#include "core/bitcoin/primitives/address.h"
#include "core/family/bitcoin/parts.h"

namespace duplex::family::bitcoin {

void BitcoinFamily::Parts::on(const api::GetStatus&, Answered answered) {
    answer(answered, status());
}

void BitcoinFamily::Parts::on(const api::GetPeers&, Answered answered) {
    answer(answered, api::PeerList{m_client->peers()});
}

void BitcoinFamily::Parts::on(const api::AddNode& request, Answered answered) {
    const auto endpoint = io::parseEndpoint(request.address, m_network.default_port);
    if (!endpoint)
        return fail(answered, -8,
                    "The address is not HOST:PORT: 192.0.2.1:8333, [2001:db8::1]:8333, a name or an "
                    ".onion name, whose port may be left out where it is the usual one.");
    if (request.what == api::AddNode::What::remove) {
        if (!m_client->removeNode(*endpoint)) return fail(answered, -24, "This node was not added before.");
    } else {
        const bool keep = request.what == api::AddNode::What::add;
        if (keep && m_client->isAdded(*endpoint))
            return fail(answered, -23, "This node was added before. Nothing was changed.");
        m_client->addNode(*endpoint, keep);
    }
    answer(answered, api::Done{});
}

void BitcoinFamily::Parts::on(const api::DisconnectNode& request, Answered answered) {
    if (!m_client->disconnectNode(request.address, request.peer_id))
        return fail(answered, -29, "There is no connection to this node.");
    answer(answered, api::Done{});
}

void BitcoinFamily::Parts::on(const api::GetChain&, Answered answered) {
    const auto blocks = static_cast<std::uint32_t>(completeHeight());
    const auto header = chain().at(blocks);
    api::ChainReply reply{
        .chain = std::string(m_network.core_name), .blocks = blocks, .headers = chain().height()};
    reply.best_block_hash = chain().hashAt(blocks).reversedHex();
    reply.bits = header.bits;
    reply.time = header.time;
    reply.median_time = chain().medianTimeAt(blocks);
    reply.chainwork_hex = toHex(chain().workAt(blocks).bigEndian());
    reply.progress_numerator = blocks;
    reply.progress_denominator = std::max<std::int64_t>(1, chain().height());
    reply.initial_download = m_client->sync().stage() != light::SyncStage::synced;
    for (const api::Warning& warning : status().warnings) reply.warnings.push_back(warning.text);
    reply.verified = verifiedAt(blocks, ledger::Evidence::work);
    answer(answered, std::move(reply));
}

void BitcoinFamily::Parts::on(const api::GetBlockHash& request, Answered answered) {
    if (request.height < 0 || request.height > static_cast<std::int64_t>(chain().height()))
        return fail(answered, -8, "Block height out of range");
    answer(answered, api::Text{chain().hashAt(static_cast<std::uint32_t>(request.height)).reversedHex()});
}

std::optional<std::uint32_t> BitcoinFamily::Parts::findHeight(const std::string& hash, std::int64_t height,
                                                              const Answered& answered) const {
    if (hash.empty()) {
        if (height >= 0 && height <= static_cast<std::int64_t>(chain().height()))
            return static_cast<std::uint32_t>(height);
        fail(answered, -8, "Block height out of range");
        return std::nullopt;
    }
    const auto wanted = duplex::bitcoin::BlockHash::fromReversedHex(hash);
    if (!wanted) {
        fail(answered, -8, "A block hash has 64 hexadecimal digits.");
        return std::nullopt;
    }
    if (const auto found = chain().heightOf(*wanted)) return found->value;
    fail(answered, -5, "Block not found: it is not on the chain with most work.");
    return std::nullopt;
}

api::HeaderReply BitcoinFamily::Parts::headerReply(std::uint32_t height) const {
    const auto header = chain().at(height);
    const auto bytes = duplex::bitcoin::serialized(header);
    api::HeaderReply reply{
        .header = Bytes(bytes.begin(), bytes.end()), .hash = header.hash().reversedHex(), .height = height};
    reply.confirmations = static_cast<std::int64_t>(chain().height()) - height + 1;
    reply.median_time = chain().medianTimeAt(height);
    reply.chainwork_hex = toHex(chain().workAt(height).bigEndian());
    if (height < chain().height()) reply.next_hash = chain().hashAt(height + 1).reversedHex();
    if (const auto seen = m_bodies_seen.find(height); seen != m_bodies_seen.end())
        reply.transaction_count = seen->second.first;
    reply.verified = verifiedAt(height, ledger::Evidence::work);
    return reply;
}

void BitcoinFamily::Parts::on(const api::GetHeader& request, Answered answered) {
    if (const auto height = findHeight(request.hash, request.height, answered))
        answer(answered, headerReply(*height));
}

/// Fetches the body of a main-chain block; its answer comes in a later turn.
void BitcoinFamily::Parts::withBlock(std::uint32_t height, const Answered& answered,
                                     std::function<void(const FetchedBlock&)> then) {
    m_client->fetchBlock(chain().hashAt(height), [this, height, answered,
                                                  then = std::move(then)](const auto& found) {
        if (!found) {
            fail(answered, -1,
                 found.error() == light::FetchFailure::no_peer
                     ? "No connected peer serves blocks. Wait for a connection and ask again."
                     : "No peer gave this block. Ask again later.");
        } else if ((*found)->block.header.hash() != chain().hashAt(std::min(height, chain().height()))) {
            fail(answered, -5, "The block left the chain while it was fetched. Ask again.");
        } else {
            std::int64_t weight = 0;
            for (const auto& transaction : (*found)->block.transactions) weight += transaction.weight().value;
            m_bodies_seen[height] = {static_cast<std::int64_t>((*found)->block.transactions.size()), weight};
            then(**found);
        }
        m_turns->end();
    });
}

void BitcoinFamily::Parts::on(const api::GetBlock& request, Answered answered) {
    const auto height = findHeight(request.hash, request.height, answered);
    if (!height) return;
    withBlock(*height, answered, [this, height = *height, answered](const FetchedBlock& found) {
        api::BlockReply reply{.header = headerReply(height),
                              .block = duplex::bitcoin::serialized(found.block)};
        reply.header.verified = verifiedAt(height, ledger::Evidence::block);
        answer(answered, std::move(reply));
    });
}

void BitcoinFamily::Parts::on(const api::GetBlockFilter& request, Answered answered) {
    const auto height = findHeight(request.hash, -1, answered);
    if (!height) return;
    const light::BlockFilter* filter = m_client->sync().filterAt({*height});
    if (filter == nullptr)
        return fail(answered, -1,
                    "This filter was not kept: only those checked in this run, 2,016 at most, are.");
    answer(answered, api::FilterReply{.filter = toBytes(filter->bytes),
                                      .header = m_client->sync().filterHeaders().at(*height).reversedHex(),
                                      .verified = balanceVerified()});
}

void BitcoinFamily::Parts::on(const api::GetChainTips&, Answered answered) {
    api::ChainTipsReply reply;
    const std::int64_t complete = completeHeight();
    if (complete < static_cast<std::int64_t>(chain().height())) {
        reply.tips.push_back({.height = chain().height(),
                              .hash = chain().tip().hash.reversedHex(),
                              .branch_length = chain().height() - complete,
                              .status = "headers-only"});
    }
    reply.tips.push_back({.height = complete,
                          .hash = chain().hashAt(static_cast<std::uint32_t>(complete)).reversedHex(),
                          .branch_length = 0,
                          .status = "active"});
    for (const auto& side : chain().sideTips()) {
        reply.tips.push_back({.height = side.height.value,
                              .hash = side.hash.reversedHex(),
                              .branch_length = side.height.value - side.fork.value,
                              .status = "valid-headers"});
    }
    answer(answered, std::move(reply));
}

/// What every input spends, where each of those outputs is ours or of the same block (bitcoin.md section 5).
std::vector<api::SpentOutput>
BitcoinFamily::Parts::spentOutputs(const duplex::bitcoin::Transaction& transaction,
                                   const OutputsByTxid& in_block, std::int64_t height) const {
    std::vector<api::SpentOutput> spent;
    for (const auto& input : transaction.inputs) {
        const wallet::Coin* coin = m_wallet ? m_wallet->value.coins().find(input.previous) : nullptr;
        if (coin != nullptr) {
            spent.push_back({.amount_sat = coin->output.value.value,
                             .script = coin->output.script_pubkey.bytes,
                             .height = coin->height ? std::int64_t{coin->height->value} : -1,
                             .generated = coin->coinbase});
            continue;
        }
        // Another transaction's, as nothing spends its own block's coinbase.
        const duplex::bitcoin::TxOut* made = duplex::bitcoin::find(in_block, input.previous);
        if (made == nullptr) return {};
        spent.push_back(
            {.amount_sat = made->value.value, .script = made->script_pubkey.bytes, .height = height});
    }
    return spent;
}

void BitcoinFamily::Parts::on(const api::GetRawTransaction& request, Answered answered) {
    const auto txid = duplex::bitcoin::Txid::fromReversedHex(request.txid);
    if (!txid) return fail(answered, -8, "A transaction id has 64 hexadecimal digits.");
    if (request.block_hash.empty()) {
        const auto* entry = m_wallet ? m_wallet->value.history().find(*txid) : nullptr;
        if (entry == nullptr) {
            return fail(answered, -5,
                        "Not a transaction of the open wallet. Give the hash of the block that holds it: a "
                        "light client has no index of others' transactions.");
        }
        api::RawTransactionReply reply{.transaction = duplex::bitcoin::serialized(entry->transaction),
                                       .spent = spentOutputs(entry->transaction, {}, -1),
                                       .verified = verifiedOf(*entry)};
        if (entry->height) {
            reply.height = entry->height->value;
            reply.block_hash = entry->block ? entry->block->reversedHex() : std::string();
            reply.confirmations = static_cast<std::int64_t>(chain().height()) - reply.height + 1;
            reply.block_time = secondsOf(entry->time);
        }
        return answer(answered, std::move(reply));
    }
    const auto height = findHeight(request.block_hash, -1, answered);
    if (!height) return;
    withBlock(*height, answered, [this, txid = *txid, height = *height, answered](const FetchedBlock& found) {
        for (const auto& transaction : found.block.transactions) {
            if (transaction.txid() != txid) continue;
            return answer(answered,
                          api::RawTransactionReply{
                              .transaction = duplex::bitcoin::serialized(transaction),
                              .spent = spentOutputs(transaction, outputsByTxid(found.block), height),
                              .block_hash = found.block.header.hash().reversedHex(),
                              .height = height,
                              .confirmations = static_cast<std::int64_t>(chain().height()) - height + 1,
                              .block_time = found.block.header.time,
                              .verified = verifiedAt(height, ledger::Evidence::block)});
        }
        fail(answered, -5, "No such transaction found in the provided block.");
    });
}

void BitcoinFamily::Parts::on(const api::EstimateFee&, Answered answered) {
    // One figure for every target: the median of so many blocks is all that a light client sees (bitcoin.md
    // 4).
    api::FeeEstimate reply{.blocks = light::heights_in_median};
    reply.floor_sat_per_kvb = m_client->fees().floor().satPerKvb();
    if (const auto estimate = m_client->fees().estimate({chain().height()}, io::now())) {
        reply.feerate_sat_per_kvb = std::max(estimate->feerate, m_client->fees().floor()).satPerKvb();
        reply.age_s = estimate->age.count() / 1000;
        reply.verified = feeVerified();
    } else {
        reply.errors.emplace_back("Too few full blocks were seen for an estimate");
    }
    answer(answered, std::move(reply));
}

void BitcoinFamily::Parts::on(const api::WaitForHeight& request, Answered answered) {
    constexpr Ticks for_ever = std::chrono::hours(24 * 365);
    m_waiters.push_back({request.height,
                         io::now() + (request.timeout_ms > 0 ? Ticks(request.timeout_ms) : for_ever),
                         std::move(answered)});
    wakeWaiters();
}

// --- the explorer's facts ---

ledger::BlockFacts BitcoinFamily::Parts::blockFacts(std::uint32_t height) const {
    const auto header = chain().at(height);
    ledger::BlockFacts facts{.hash = header.hash().reversedHex(),
                             .height = height,
                             .previous_hash = header.previous.reversedHex()};
    facts.merkle_root = toHex(reversed(header.merkle_root));
    facts.time = header.time;
    facts.median_time = chain().medianTimeAt(height);
    facts.bits = header.bits;
    facts.nonce = header.nonce;
    facts.version = header.version;
    facts.confirmations = static_cast<int>(chain().height() - height + 1);
    if (const auto seen = m_bodies_seen.find(height); seen != m_bodies_seen.end()) {
        facts.transaction_count = seen->second.first;
        facts.weight = seen->second.second;
    }
    facts.verified = verifiedAt(height, ledger::Evidence::work);
    return facts;
}

ledger::TransactionFacts
BitcoinFamily::Parts::transactionFacts(const duplex::bitcoin::Transaction& transaction, std::int64_t height,
                                       const std::string& block_hash, const OutputsByTxid& in_block) const {
    ledger::TransactionFacts facts{.txid = transaction.txid().reversedHex(),
                                   .wtxid = transaction.wtxid().reversedHex()};
    facts.version = transaction.version;
    facts.locktime = transaction.locktime;
    facts.weight = transaction.weight().value;
    facts.size = static_cast<std::int64_t>(duplex::bitcoin::serialized(transaction).size());
    const auto spentOutput =
        [&](const duplex::bitcoin::OutPoint& outpoint) -> std::optional<duplex::bitcoin::TxOut> {
        if (m_wallet) {
            if (const wallet::Coin* coin = m_wallet->value.coins().find(outpoint)) return coin->output;
        }
        const duplex::bitcoin::TxOut* made = duplex::bitcoin::find(in_block, outpoint);
        return made != nullptr ? std::optional(*made) : std::nullopt;
    };
    std::optional<duplex::bitcoin::Satoshi> in = duplex::bitcoin::Satoshi{};
    for (const auto& input : transaction.inputs) {
        ledger::InputFacts one{.previous_txid = input.previous.txid.reversedHex(),
                               .previous_index = input.previous.index};
        one.script_sig_hex = toHex(input.script_sig);
        for (const Bytes& item : input.witness) one.witness_hex.push_back(toHex(item));
        one.sequence = input.sequence;
        one.coinbase = transaction.isCoinbase();
        if (const auto output = one.coinbase ? std::nullopt : spentOutput(input.previous)) {
            one.amount_sat = output->value.value;
            one.address = duplex::bitcoin::addressOf(output->script_pubkey, m_network).value_or("");
            in = in ? duplex::bitcoin::checkedSum(*in, output->value) : std::nullopt;
        } else {
            in.reset();
        }
        facts.inputs.push_back(std::move(one));
    }
    duplex::bitcoin::Satoshi out;
    for (const auto& output : transaction.outputs) {
        out += output.value;
        facts.outputs.push_back(
            {.amount_sat = output.value.value,
             .script_hex = toHex(output.script_pubkey),
             .script_asm = duplex::bitcoin::disassemble(output.script_pubkey),
             .script_kind =
                 std::string(duplex::bitcoin::coreNameOf(duplex::bitcoin::kindOf(output.script_pubkey))),
             .address = duplex::bitcoin::addressOf(output.script_pubkey, m_network).value_or(""),
             .ours = m_wallet && m_wallet->value.keys().placeOf(output.script_pubkey).has_value()});
    }
    if (in) facts.fee_sat = (*in - out).value;
    facts.block_hash = block_hash;
    facts.height = height;
    facts.confirmations =
        height < 0 ? 0 : static_cast<int>(chain().height() - static_cast<std::uint32_t>(height) + 1);
    facts.verified = verifiedAt(height, ledger::Evidence::block);
    return facts;
}

void BitcoinFamily::Parts::on(const api::GetBlockFacts& request, Answered answered) {
    const auto height = findHeight(request.hash, request.height, answered);
    if (!height) return;
    withBlock(*height, answered, [this, height = *height, answered](const FetchedBlock& found) {
        ledger::BlockFacts facts = blockFacts(height);
        const auto fee = light::feeOf(found.block, {height}, m_network);
        facts.claimed_fee_sat = fee.claimed_fee.value;
        facts.average_feerate_sat_per_kvb = fee.average.satPerKvb();
        facts.size = static_cast<std::int64_t>(duplex::bitcoin::serialized(found.block).size());
        facts.verified = verifiedAt(height, ledger::Evidence::block);
        const OutputsByTxid in_block = outputsByTxid(found.block);
        for (const auto& transaction : found.block.transactions) {
            facts.transactions.push_back(transactionFacts(transaction, height, facts.hash, in_block));
        }
        answer(answered, std::move(facts));
    });
}

void BitcoinFamily::Parts::on(const api::GetTransactionFacts& request, Answered answered) {
    const auto txid = duplex::bitcoin::Txid::fromReversedHex(request.txid);
    if (!txid) return fail(answered, -8, "A transaction id has 64 hexadecimal digits.");
    const auto* entry = m_wallet ? m_wallet->value.history().find(*txid) : nullptr;
    std::string block_hash = request.block_hash;
    if (block_hash.empty() && entry != nullptr && entry->block) block_hash = entry->block->reversedHex();
    if (block_hash.empty()) {
        if (entry != nullptr) return answer(answered, transactionFacts(entry->transaction, -1, "", {}));
        return fail(answered, -5,
                    "Not a transaction of the open wallet. Open it from its block: a light client has no "
                    "index of others' transactions.");
    }
    const auto height = findHeight(block_hash, -1, answered);
    if (!height) return;
    withBlock(*height, answered,
              [this, txid = *txid, height = *height, block_hash, answered](const FetchedBlock& found) {
                  for (const auto& transaction : found.block.transactions) {
                      if (transaction.txid() == txid)
                          return answer(answered, transactionFacts(transaction, height, block_hash,
                                                                   outputsByTxid(found.block)));
                  }
                  fail(answered, -5, "No such transaction found in the provided block.");
              });
}

void BitcoinFamily::Parts::on(const api::GetRecentBlocks& request, Answered answered) {
    api::BlockStrip strip;
    std::int64_t height = request.from_height < 0
                              ? chain().height()
                              : std::min<std::int64_t>(request.from_height, chain().height());
    for (int i = 0; i < std::min(request.count, 100) && height >= 0; ++i, --height)
        strip.blocks.push_back(blockFacts(static_cast<std::uint32_t>(height)));
    answer(answered, std::move(strip));
}

void BitcoinFamily::Parts::on(const api::GetProvenance& request, Answered answered) {
    api::ProvenanceReply reply;
    const auto add = [&](std::string fact, std::string value, ledger::Verified verified, std::string why) {
        reply.facts.push_back({std::move(fact), std::move(value), verified, std::move(why)});
    };
    if (!request.block_hash.empty()) {
        const auto height = findHeight(request.block_hash, -1, answered);
        if (!height) return;
        const auto verified = verifiedAt(*height, ledger::Evidence::work);
        add("height", std::to_string(*height), verified,
            "Counted in the chain of headers with most work, each checked here");
        add("time", std::to_string(chain().timeAt(*height)), verified,
            "Stands in the header; miners choose it within two hours");
        return answer(answered, std::move(reply));
    }
    const auto txid = duplex::bitcoin::Txid::fromReversedHex(request.txid);
    const auto* entry = txid && m_wallet ? m_wallet->value.history().find(*txid) : nullptr;
    if (entry == nullptr)
        return fail(answered, -5, "Give a transaction of the open wallet, or a block hash.");
    const ledger::Verified verified = verifiedOf(*entry);
    const bool hearsay = !entry->height && !entry->isSignedByUs();
    add("block", entry->block ? entry->block->reversedHex() : "none yet", verified,
        entry->height ? "The whole block was fetched and its merkle root compared with the header"
        : hearsay     ? "A peer's word: nothing of it was checked, and it is not in a block so far"
                      : "Signed with this wallet's keys; not in a block so far");
    // As gettransaction has it: what went to others, the fee beside it.
    add("amount", std::to_string(entry->delta().value + (entry->fee ? entry->fee->value : 0)), verified,
        hearsay ? "Outputs to this wallet's scripts, as a peer relayed them; whether they are ever paid is "
                  "not known"
                : "Outputs compared with this wallet's own scripts");
    if (entry->fee)
        add("fee", std::to_string(entry->fee->value), ownVerified(), "Every input is a coin of this wallet");
    answer(answered, std::move(reply));
}

} // namespace duplex::family::bitcoin
