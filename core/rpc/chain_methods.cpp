#include "core/bitcoin/primitives/block_outputs.h"
#include "core/rpc/ledger_json.h"
#include "core/rpc/method_table.h"
#include "core/rpc/reply_of.h"
#include "core/rpc/transaction_json.h"

#include <algorithm>
#include <fmt/core.h>

namespace duplex::rpc {

namespace {

constexpr std::string_view group = "Chain";

std::expected<std::string, api::Error> hashOf(const Arguments& arguments, std::string_view name) {
    std::string text = arguments.text(name);
    if (arguments.has(name) && !bitcoin::Txid::fromReversedHex(text)) {
        if (text.size() != 64)
            return fail(Code::bad_parameter,
                        fmt::format("{} must be of length 64 (not {}, for '{}')", name, text.size(), text));
        return fail(Code::bad_parameter, fmt::format("{} must be hexadecimal string (not '{}')", name, text));
    }
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

Json progress(std::int64_t numerator, std::int64_t denominator) {
    if (denominator <= 0 || numerator >= denominator) return Json(1);
    return Json::figure(static_cast<double>(numerator) / static_cast<double>(denominator));
}

LocalResult chainInfo(const api::ChainReply& chain, const Arguments&, const Environment&) {
    Json json = Json::object();
    json.set("chain", chain.chain);
    json.set("blocks", chain.blocks);
    json.set("headers", chain.headers);
    json.set("bestblockhash", chain.best_block_hash);
    json.set("bits", fmt::format("{:08x}", chain.bits));
    json.set("target", targetHex(chain.bits));
    json.set("difficulty", Json::figure(difficultyOf(chain.bits)));
    json.set("time", chain.time);
    json.set("mediantime", chain.median_time);
    json.set("verificationprogress", progress(chain.progress_numerator, chain.progress_denominator));
    json.set("initialblockdownload", chain.initial_download);
    json.set("chainwork", chain.chainwork_hex);
    json.set("warnings", stringsJson(chain.warnings));
    return json.set("verified", verifiedJson(chain.verified));
}

std::expected<bitcoin::BlockHeader, api::Error> headerOf(const api::HeaderReply& reply) {
    if (reply.header.size() != bitcoin::header_size)
        return fail(Code::internal, "The engine answered with a header of a wrong length.");
    ByteReader reader(reply.header);
    return bitcoin::readHeader(reader);
}

Json headerJson(const api::HeaderReply& reply, const bitcoin::BlockHeader& header) {
    Json json = Json::object();
    json.set("hash", reply.hash);
    json.set("confirmations", reply.confirmations);
    json.set("height", reply.height);
    json.set("version", header.version);
    json.set("versionHex", fmt::format("{:08x}", static_cast<std::uint32_t>(header.version)));
    json.set("merkleroot", toHex(reversed(header.merkle_root)));
    json.set("time", header.time);
    json.set("mediantime", reply.median_time);
    json.set("nonce", header.nonce);
    json.set("bits", fmt::format("{:08x}", header.bits));
    json.set("target", targetHex(header.bits));
    json.set("difficulty", Json::figure(difficultyOf(header.bits)));
    json.set("chainwork", reply.chainwork_hex);
    json.setIf("nTx", reply.transaction_count);
    if (!header.previous.isZero()) json.set("previousblockhash", header.previous.reversedHex());
    return json.setText("nextblockhash", reply.next_hash);
}

LocalResult blockHeader(const api::HeaderReply& reply, const Arguments& arguments, const Environment&) {
    if (!arguments.boolean("verbose", true)) return Json(toHex(reply.header));
    const auto header = headerOf(reply);
    if (!header) return std::unexpected(header.error());
    return headerJson(reply, *header).set("verified", verifiedJson(reply.verified));
}

enum class Prevouts { left_out, shown };

/// A transaction with `fee`, and where wanted `prevout`, from the outputs that it spends: all of them, else
/// neither is said (bitcoin.md section 5).
Json withSpent(const bitcoin::Transaction& transaction, const std::vector<api::SpentOutput>& spent,
               Prevouts prevouts, const bitcoin::NetworkParameters& network) {
    Json decoded = transactionJson(transaction, network);
    if (spent.empty() || spent.size() != transaction.inputs.size()) return decoded;
    std::int64_t fee = 0;
    for (const api::SpentOutput& output : spent) fee += output.amount_sat;
    for (const bitcoin::TxOut& output : transaction.outputs) fee -= output.value.value;
    Json json = Json::object();
    for (const auto& [key, value] : *decoded.members()) {
        if (key != "vin" || prevouts == Prevouts::left_out) {
            json.set(key, value);
            continue;
        }
        Json inputs = Json::array();
        for (std::size_t i = 0; i < spent.size(); ++i) {
            Json prevout = Json::object();
            prevout.set("generated", spent[i].generated);
            if (spent[i].height >= 0) prevout.set("height", spent[i].height);
            prevout.set("value", Json::btc(spent[i].amount_sat));
            prevout.set("scriptPubKey", scriptJson(spent[i].script, network));
            inputs.push(Json((*value.elements())[i]).set("prevout", std::move(prevout)));
        }
        json.set(key, std::move(inputs));
    }
    return json.set("fee", Json::btc(fee));
}

Json transactionInBlock(const bitcoin::Transaction& transaction, const bitcoin::OutputsByTxid& made,
                        std::int64_t height, std::int64_t verbosity,
                        const bitcoin::NetworkParameters& network) {
    std::vector<api::SpentOutput> spent;
    for (const bitcoin::TxIn& input : transaction.inputs)
        if (const bitcoin::TxOut* output = bitcoin::find(made, input.previous))
            spent.push_back(
                {.amount_sat = output->value.value, .script = output->script_pubkey.bytes, .height = height});
    return withSpent(transaction, spent, verbosity < 3 ? Prevouts::left_out : Prevouts::shown, network)
        .set("hex", toHex(bitcoin::serialized(transaction)));
}

std::int64_t verbosityOf(const Arguments& arguments, std::string_view name, std::int64_t otherwise) {
    if (const bool* flag = arguments.at(name).boolean()) return *flag ? 1 : 0;
    return arguments.integer(name, otherwise);
}

LocalResult blockOf(const api::BlockReply& reply, const Arguments& arguments,
                    const Environment& environment) {
    const std::int64_t verbosity = verbosityOf(arguments, "verbosity", 1);
    if (verbosity <= 0) return Json(toHex(reply.block));
    const auto header = headerOf(reply.header);
    if (!header) return std::unexpected(header.error());
    const auto block = bitcoin::decodeBlock(reply.block);
    if (!block)
        return fail(Code::internal,
                    "The block does not decode: " + std::string(bitcoin::textOf(block.error())));
    std::int64_t stripped = bitcoin::header_size + (block->transactions.size() < 253      ? 1
                                                    : block->transactions.size() < 65'536 ? 3
                                                                                          : 5);
    Json transactions = Json::array();
    bitcoin::OutputsByTxid made;
    if (verbosity > 1) made = bitcoin::outputsByTxid(*block);
    for (const bitcoin::Transaction& transaction : block->transactions) {
        stripped +=
            static_cast<std::int64_t>(bitcoin::serializedSize(transaction, bitcoin::Witnesses::without));
        transactions.push(verbosity == 1 ? Json(transaction.txid().reversedHex())
                                         : transactionInBlock(transaction, made, reply.header.height,
                                                              verbosity, *environment.network));
    }
    Json json = headerJson(reply.header, *header);
    if (!reply.header.transaction_count)
        json.set("nTx", static_cast<std::int64_t>(block->transactions.size()));
    json.set("strippedsize", stripped);
    json.set("size", static_cast<std::int64_t>(reply.block.size()));
    json.set("weight", 3 * stripped + static_cast<std::int64_t>(reply.block.size()));
    json.set("tx", std::move(transactions));
    return json.set("verified", verifiedJson(reply.header.verified));
}

LocalResult rawTransaction(const api::RawTransactionReply& reply, const Arguments& arguments,
                           const Environment& environment) {
    const std::int64_t verbosity = verbosityOf(arguments, "verbosity", 0);
    if (verbosity <= 0) return Json(toHex(reply.transaction));
    const auto transaction = bitcoin::decodeTransaction(reply.transaction);
    if (!transaction) return fail(Code::undecodable, std::string(bitcoin::textOf(transaction.error())));
    Json json = Json::object();
    if (arguments.has("blockhash")) json.set("in_active_chain", reply.confirmations > 0);
    const Json decoded = verbosity == 1
                             ? transactionJson(*transaction, *environment.network)
                             : withSpent(*transaction, reply.spent, Prevouts::shown, *environment.network);
    for (const auto& [key, value] : *decoded.members()) json.set(key, value);
    json.set("hex", toHex(reply.transaction));
    if (!reply.block_hash.empty()) {
        json.set("blockhash", reply.block_hash);
        json.set("confirmations", reply.confirmations);
        json.set("time", reply.block_time);
        json.set("blocktime", reply.block_time);
    }
    return json.set("verified", verifiedJson(reply.verified));
}

RequestResult blockStatsRequest(const Arguments& arguments, const Environment&) {
    if (const auto height = arguments.at("hash_or_height").integer()) {
        if (*height < 0)
            return fail(Code::bad_parameter, fmt::format("Target block height {} is negative", *height));
        return api::GetBlock{.height = *height};
    }
    if (!arguments.at("hash_or_height").string())
        return fail(Code::type, "hash_or_height: a height or a block hash expected.");
    const auto hash = hashOf(arguments, "hash_or_height");
    if (!hash) return std::unexpected(hash.error());
    return api::GetBlock{.hash = *hash};
}

// bitcoin.md section 5: every fee and feerate figure and the utxo sizes are left out; the coinbase says what
// was claimed.
LocalResult blockStats(const api::BlockReply& reply, const Arguments& arguments,
                       const Environment& environment) {
    const auto block = bitcoin::decodeBlock(reply.block);
    if (!block || block->transactions.empty()) return fail(Code::internal, "The block does not decode.");
    std::int64_t inputs = 0;
    std::int64_t outputs = 0;
    std::int64_t total_out = 0;
    std::int64_t size = 0;
    std::int64_t weight = 0;
    std::int64_t witness_transactions = 0;
    std::int64_t witness_size = 0;
    std::int64_t witness_weight = 0;
    std::vector<std::int64_t> sizes;
    for (std::size_t i = 0; i < block->transactions.size(); ++i) {
        const bitcoin::Transaction& transaction = block->transactions[i];
        outputs += static_cast<std::int64_t>(transaction.outputs.size());
        if (i == 0) continue; // as Core: the coinbase counts only for its outputs and itself
        inputs += static_cast<std::int64_t>(transaction.inputs.size());
        for (const bitcoin::TxOut& output : transaction.outputs) {
            if (__builtin_add_overflow(total_out, output.value.value, &total_out))
                return fail(Code::internal,
                            "The block's transactions pay more than all money many times over.");
        }
        const auto bytes = static_cast<std::int64_t>(bitcoin::serializedSize(transaction));
        sizes.push_back(bytes);
        size += bytes;
        weight += transaction.weight().value;
        if (!transaction.hasWitness()) continue;
        ++witness_transactions;
        witness_size += bytes;
        witness_weight += transaction.weight().value;
    }
    std::ranges::sort(sizes);
    const auto count = static_cast<std::int64_t>(sizes.size());
    const std::size_t middle = sizes.size() / 2;
    const std::int64_t median = sizes.empty()           ? 0
                                : sizes.size() % 2 == 1 ? sizes[middle]
                                                        : (sizes[middle - 1] + sizes[middle]) / 2;
    std::int64_t coinbase = 0;
    for (const bitcoin::TxOut& output : block->transactions[0].outputs) coinbase += output.value.value;
    const std::int64_t subsidy =
        bitcoin::subsidyAt({static_cast<std::uint32_t>(reply.header.height)}, *environment.network).value;
    Json all = Json::object();
    all.set("avgtxsize", count == 0 ? 0 : size / count);
    all.set("blockhash", reply.header.hash);
    all.set("claimed_fee_sat", std::max<std::int64_t>(0, coinbase - subsidy));
    all.set("height", reply.header.height);
    all.set("ins", inputs);
    all.set("maxtxsize", sizes.empty() ? 0 : sizes.back());
    all.set("mediantime", reply.header.median_time);
    all.set("mediantxsize", median);
    all.set("mintxsize", sizes.empty() ? 0 : sizes.front());
    all.set("outs", outputs);
    all.set("subsidy", subsidy);
    all.set("swtotal_size", witness_size);
    all.set("swtotal_weight", witness_weight);
    all.set("swtxs", witness_transactions);
    all.set("time", block->header.time);
    all.set("total_out", total_out);
    all.set("total_size", size);
    all.set("total_weight", weight);
    all.set("txs", count + 1);
    const Json::Array* wanted = arguments.at("stats").elements();
    if (!wanted || wanted->empty()) return all.set("verified", verifiedJson(reply.header.verified));
    Json some = Json::object();
    for (const Json& name : *wanted) {
        const Json* value = name.string() ? all.find(*name.string()) : nullptr;
        if (!value)
            return fail(Code::bad_parameter, fmt::format("Invalid selected statistic '{}'",
                                                         name.string() ? *name.string() : name.text()));
        some.set(*name.string(), *value);
    }
    return some;
}

LocalResult smartFee(const api::FeeEstimate& fee, const Arguments&, const Environment&) {
    Json json = Json::object();
    if (fee.feerate_sat_per_kvb) json.set("feerate", Json::btc(*fee.feerate_sat_per_kvb));
    if (!fee.errors.empty()) json.set("errors", stringsJson(fee.errors));
    json.set("blocks", fee.blocks);
    json.setIf("floor_sat_per_kvb", fee.floor_sat_per_kvb);
    json.set("age_s", fee.age_s);
    return json.set("verified", verifiedJson(fee.verified));
}

std::expected<Bytes, api::Error> transactionBytes(const std::string& hex) {
    const auto bytes = fromHex(hex);
    if (!bytes || !bitcoin::decodeTransaction(*bytes))
        return fail(Code::undecodable, "TX decode failed. Make sure the tx has at least one input.");
    return *bytes;
}

RequestResult sendRaw(const Arguments& arguments, const Environment&) {
    const auto bytes = transactionBytes(arguments.text("hexstring"));
    if (!bytes) return std::unexpected(bytes.error());
    const std::int64_t burn_limit = arguments.fixedPoint("maxburnamount", 8).value_or(0);
    const auto transaction = bitcoin::decodeTransaction(*bytes);
    for (const bitcoin::TxOut& output : transaction->outputs)
        if (!bitcoin::isSpendable(output.script_pubkey) && output.value.value > burn_limit)
            return fail(Code::verify,
                        "Unspendable output exceeds maximum configured by user (maxburnamount)");
    api::SendRaw request{.transaction = *bytes};
    if (const auto limit = arguments.fixedPoint("maxfeerate", 8)) {
        constexpr std::int64_t one_btc = 100'000'000;
        if (*limit < 0 || *limit > one_btc)
            return fail(Code::bad_parameter, "Fee rates larger than or equal to 1BTC/kvB are not accepted");
        request.max_feerate_sat_per_kvb = *limit == 0 ? std::nullopt : limit;
    }
    return request;
}

LocalResult sentRaw(const api::SendReply& reply, const Arguments&, const Environment&) {
    // A text as Core's; how many peers it went to stands in gettransaction and is also notified.
    return Json(reply.txid);
}

RequestResult checkRaw(const Arguments& arguments, const Environment&) {
    const Json::Array* list = arguments.at("rawtxs").elements();
    if (!list || list->size() != 1 || !list->front().string())
        return fail(
            Code::bad_parameter,
            "rawtxs must hold exactly one transaction in hex: packages cannot be checked by a light client.");
    const auto bytes = transactionBytes(*list->front().string());
    if (!bytes) return std::unexpected(bytes.error());
    return api::CheckRaw{.transaction = *bytes};
}

LocalResult checkedRaw(const api::PreflightReply& reply, const Arguments&, const Environment&) {
    using Result = api::PreflightReply::Result;
    Json json = Json::object();
    json.set("txid", reply.txid);
    json.set("wtxid", reply.wtxid);
    if (reply.result == Result::failed) {
        json.set("allowed", false);
        json.set("reject-reason", reply.reject_reason);
    } else {
        json.set("preflight", reply.result == Result::passed ? "passed" : "inputs-unknown");
        json.set("vsize", reply.vsize);
        if (reply.fee_sat) json.set("fees", Json::object().set("base", Json::btc(*reply.fee_sat)));
    }
    return Json::array().push(std::move(json));
}

template <typename Request>
auto byHash() {
    return [](const Arguments& arguments, const Environment&) -> RequestResult {
        const auto hash = hashOf(arguments, "blockhash");
        if (!hash) return std::unexpected(hash.error());
        return Request{.hash = *hash};
    };
}

LocalResult heightAndHash(const api::ChainReply& chain, const Arguments&, const Environment&) {
    return Json::object().set("hash", chain.best_block_hash).set("height", chain.blocks);
}

} // namespace

std::vector<Method> chainMethods() {
    const Param block_hash{.name = "blockhash", .needed = Needed::yes, .help = "the block's hash"};
    const auto get_chain = asking([](const Arguments&) { return api::GetChain{}; });
    return {
        {.name = "getblockchaininfo",
         .group = group,
         .summary = "State of the verified chain. `blocks` is the height up to which every filter was "
                    "checked and every hit fetched; `headers` the tip of the headers.",
         .result_help = "an object as Core's, without what a light client cannot know",
         .request = get_chain,
         .result = onReply<api::ChainReply>(chainInfo)},
        {.name = "getblockcount",
         .group = group,
         .summary = "The verified height.",
         .result_help = "an integer",
         .request = get_chain,
         .result = onReply<api::ChainReply>([](const api::ChainReply& chain, const Arguments&,
                                               const Environment&) { return Json(chain.blocks); })},
        {.name = "getbestblockhash",
         .group = group,
         .summary = "Hash of the block at the verified height.",
         .result_help = "a hash",
         .request = get_chain,
         .result = onReply<api::ChainReply>([](const api::ChainReply& chain, const Arguments&,
                                               const Environment&) { return Json(chain.best_block_hash); })},
        {.name = "getblockhash",
         .group = group,
         .params = {{.name = "height",
                     .type = ParamType::integer,
                     .needed = Needed::yes,
                     .help = "of the block, on the best chain"}},
         .summary = "Hash of the block at a height.",
         .result_help = "a hash",
         .example = "1000",
         .request = asking([](const Arguments& arguments) {
             return api::GetBlockHash{.height = arguments.integer("height")};
         }),
         .result = bareText()},
        {.name = "getblockheader",
         .group = group,
         .params = {block_hash,
                    {.name = "verbose", .type = ParamType::boolean, .help = "false: the 80 bytes in hex"}},
         .summary = "A block's header.",
         .result_help = "an object as Core's, or hex",
         .example = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
         .request = byHash<api::GetHeader>(),
         .result = onReply<api::HeaderReply>(blockHeader)},
        {.name = "getblock",
         .group = group,
         .params = {block_hash,
                    {.name = "verbosity",
                     .type = ParamType::verbosity,
                     .help = "0: hex, 1: ids (default), 2 and 3: decoded transactions"}},
         .summary = "A block, fetched from a peer and checked against its header.",
         .result_help = "an object as Core's, or hex",
         .example = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
         .request = byHash<api::GetBlock>(),
         .result = onReply<api::BlockReply>(blockOf)},
        {.name = "getblockfilter",
         .group = group,
         .params = {block_hash, {.name = "filtertype", .help = "basic"}},
         .summary = "A block's BIP 158 filter, as the peers agree on it.",
         .result_help = "{filter, header, verified}",
         .example = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
         .request = [](const Arguments& arguments, const Environment& environment) -> RequestResult {
             if (arguments.text("filtertype", "basic") != "basic")
                 return fail(Code::bad_address, "Unknown filtertype");
             return byHash<api::GetBlockFilter>()(arguments, environment);
         },
         .result = onReply<api::FilterReply>(
             [](const api::FilterReply& reply, const Arguments&, const Environment&) {
                 return Json::object()
                     .set("filter", toHex(reply.filter))
                     .set("header", reply.header)
                     .set("verified", verifiedJson(reply.verified));
             })},
        {.name = "getchaintips",
         .group = group,
         .summary = "The tips of all known branches of headers.",
         .result_help = "an array of {height, hash, branchlen, status}",
         .request = asking([](const Arguments&) { return api::GetChainTips{}; }),
         .result = onReply<api::ChainTipsReply>(
             [](const api::ChainTipsReply& reply, const Arguments&, const Environment&) {
                 Json list = Json::array();
                 for (const api::ChainTip& tip : reply.tips)
                     list.push(Json::object()
                                   .set("height", tip.height)
                                   .set("hash", tip.hash)
                                   .set("branchlen", tip.branch_length)
                                   .set("status", tip.status));
                 return list;
             })},
        {.name = "getrawtransaction",
         .group = group,
         .params = {{.name = "txid",
                     .needed = Needed::yes,
                     .help = "of the wallet's own, or of any with its block's hash"},
                    {.name = "verbosity",
                     .type = ParamType::verbosity,
                     .help = "0: hex (default), 1: decoded, 2: with fee and prevout where every spent "
                             "output is ours or of the same block"},
                    {.name = "blockhash", .help = "the block in which it stands"}},
         .summary = "A transaction.",
         .result_help = "hex, or an object as Core's",
         .example = "TXID 1",
         .request = [](const Arguments& arguments, const Environment&) -> RequestResult {
             const auto txid = hashOf(arguments, "txid");
             if (!txid) return std::unexpected(txid.error());
             const auto hash = hashOf(arguments, "blockhash");
             if (!hash) return std::unexpected(hash.error());
             return api::GetRawTransaction{.txid = *txid, .block_hash = *hash};
         },
         .result = onReply<api::RawTransactionReply>(rawTransaction)},
        {.name = "getblockstats",
         .group = group,
         .params = {{.name = "hash_or_height",
                     .type = ParamType::text_or_json,
                     .needed = Needed::yes,
                     .help = "of the block"},
                    {.name = "stats", .type = ParamType::array, .help = "only these figures"}},
         .summary = "Figures of a block. Fees of its transactions are not known to a light client; "
                    "claimed_fee_sat is what its coinbase claims.",
         .result_help = "an object as Core's",
         .example = "1000",
         .request = blockStatsRequest,
         .result = onReply<api::BlockReply>(blockStats)},
        {.name = "estimatesmartfee",
         .group = group,
         .params = {{.name = "conf_target",
                     .type = ParamType::integer,
                     .needed = Needed::yes,
                     .help = "taken for Core's sake: there is one estimate for every target"},
                    {.name = "estimate_mode", .help = estimate_mode_help}},
         .summary = "The median feerate of the last six blocks, which is all that a light client can see.",
         .result_help = "{feerate (BTC/kvB), errors, blocks (that were looked at: 6)}",
         .example = "6",
         .request = [](const Arguments& arguments, const Environment&) -> RequestResult {
             const std::int64_t target = arguments.integer("conf_target");
             if (target < 1 || target > 1008)
                 return fail(Code::bad_parameter, "Invalid conf_target, must be between 1 and 1008");
             if (auto fine = checkEstimateMode(arguments.at("estimate_mode")); !fine)
                 return std::unexpected(fine.error());
             return api::EstimateFee{.target_blocks = static_cast<int>(target)};
         },
         .result = onReply<api::FeeEstimate>(smartFee)},
        {.name = "waitforblockheight",
         .group = group,
         .params =
             {{.name = "height", .type = ParamType::integer, .needed = Needed::yes, .help = "to wait for"},
              {.name = "timeout", .type = ParamType::integer, .help = "milliseconds; 0 (default): none"}},
         .summary = "Waits until the verified height is at least this one.",
         .result_help = "{hash, height}",
         .example = "1000 5000",
         .request = [](const Arguments& arguments, const Environment&) -> RequestResult {
             if (arguments.integer("timeout") < 0) return fail(Code::misc, "Negative timeout");
             constexpr std::int64_t longest = 10LL * 365 * 24 * 60 * 60 * 1000; // is added to the clock
             return api::WaitForHeight{.height = arguments.integer("height"),
                                       .timeout_ms = std::min(arguments.integer("timeout"), longest)};
         },
         .result = onReply<api::ChainReply>(heightAndHash)},
        {.name = "sendrawtransaction",
         .group = group,
         .params = {{.name = "hexstring", .needed = Needed::yes, .help = "the signed transaction"},
                    {.name = "maxfeerate",
                     .type = ParamType::number,
                     .help = "BTC/kvB; 0: any. Default 0.10"},
                    {.name = "maxburnamount",
                     .type = ParamType::btc,
                     .help = "most that an unspendable output may hold. Default 0"}},
         .summary = "Checks a transaction as far as its inputs are known and sends it to peers.",
         .result_help = "the txid",
         .example = "HEX",
         .request = sendRaw,
         .result = onReply<api::SendReply>(sentRaw)},
        {.name = "testmempoolaccept",
         .group = group,
         .params = {{.name = "rawtxs",
                     .type = ParamType::array,
                     .needed = Needed::yes,
                     .help = "an array of one transaction in hex"},
                    {.name = "maxfeerate", .type = ParamType::number, .help = "taken for Core's sake"}},
         .summary = "Our own preflight of a transaction; what peers' mempools hold is not known here.",
         .result_help = "an array of {txid, wtxid, allowed: false with reject-reason, or preflight: passed "
                        "or inputs-unknown}",
         .example = "'[\"HEX\"]'",
         .request = checkRaw,
         .result = onReply<api::PreflightReply>(checkedRaw)},
    };
}

} // namespace duplex::rpc
