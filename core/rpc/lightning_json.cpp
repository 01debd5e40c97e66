#include "core/rpc/lightning_json.h"

#include "core/rpc/ledger_json.h"

#include <algorithm>

namespace duplex::rpc {

namespace {

std::string_view featureName(std::size_t bit) {
    switch (bit / 2 * 2) {
    case 12:
        return "static_remotekey/even";
    case 20:
        return "anchor_outputs/even";
    case 22:
        return "anchors/even";
    case 46:
        return "scid_alias/even";
    case 50:
        return "zeroconf/even";
    default:
        return "unknown";
    }
}

} // namespace

Json addressJson(const std::string& host, std::uint16_t port) {
    const char* type = "dns";
    if (host.ends_with(".onion"))
        type = "torv3";
    else if (host.find(':') != std::string::npos)
        type = "ipv6";
    else if (std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; }))
        type = "ipv4";
    return Json::object().set("type", type).set("address", host).set("port", static_cast<int>(port));
}

Json channelTypeJson(const Bytes& features) {
    Json bits = Json::array();
    Json names = Json::array();
    for (std::size_t bit = 0; bit < features.size() * 8; ++bit) {
        if ((features[features.size() - 1 - bit / 8] >> (bit % 8) & 1U) == 0) continue;
        bits.push(static_cast<std::int64_t>(bit));
        names.push(featureName(bit));
    }
    return Json::object().set("bits", std::move(bits)).set("names", std::move(names));
}

Json peerJson(const api::LightningPeer& peer) {
    Json json = Json::object();
    json.set("id", peer.node_id);
    json.set("connected", peer.connected);
    json.set("num_channels", peer.channel_count);
    if (peer.connected) {
        json.set("netaddr", Json::array().push(peer.address));
        json.set("features", peer.features_hex);
    }
    return json;
}

namespace {

Json htlcJson(const api::HtlcView& htlc) {
    return Json::object()
        .set("direction", htlc.incoming ? "in" : "out")
        .set("id", htlc.id)
        .set("amount_msat", htlc.amount_msat)
        .set("expiry", htlc.expiry)
        .set("payment_hash", htlc.payment_hash)
        .set("state", htlc.state);
}

} // namespace

Json channelJson(const api::ChannelView& channel) {
    Json json = Json::object();
    json.set("peer_id", channel.node_id);
    json.setText("peer_alias", channel.node_alias);
    json.set("peer_connected", channel.connected);
    json.set("channel_id", channel.channel_id);
    json.setText("short_channel_id", channel.short_channel_id);
    if (channel.direction >= 0) json.set("direction", channel.direction);
    Json alias = Json::object();
    alias.setText("local", channel.alias_local);
    alias.setText("remote", channel.alias_remote);
    if (!alias.members()->empty()) json.set("alias", std::move(alias));
    json.set("state", channel.state);
    json.set("state_words", channel.state_words);
    json.set("opener", channel.opened_by_us ? "local" : "remote");
    json.setText("closer", channel.close_cause == "by us"            ? "local"
                           : channel.close_cause == "by the partner" ? "remote"
                                                                     : "");
    json.set("private", !channel.announced);
    if (const auto bits = fromHex(channel.type_hex)) json.set("channel_type", channelTypeJson(*bits));
    json.set("features",
             Json::array().push("option_static_remotekey").push("option_anchors_zero_fee_htlc_tx"));
    json.set("channel_type_name", channel.type);
    json.set("funding_txid", channel.funding_txid);
    json.set("funding_outnum", channel.funding_index);
    if (channel.opened_height >= 0) json.set("opened_height", channel.opened_height);
    json.set("feerate",
             Json::object().set("perkw", channel.feerate_per_kw).set("perkb", channel.feerate_per_kw * 4));
    const std::int64_t total = channel.capacity_sat * 1000;
    json.set("funding", Json::object()
                            .set("local_funds_msat", channel.opened_by_us ? total : 0)
                            .set("remote_funds_msat", channel.opened_by_us ? 0 : total)
                            .set("pushed_msat", channel.pushed_msat));
    json.set("total_msat", total);
    json.set("to_us_msat", channel.ours_msat);
    json.set("to_them_msat", channel.theirs_msat);
    json.set("our_reserve_msat", channel.our_reserve_sat * 1000);
    json.set("their_reserve_msat", channel.their_reserve_sat * 1000);
    json.set("spendable_msat", channel.spendable_msat);
    json.set("receivable_msat", channel.receivable_msat);
    json.set("in_flight_out_msat", channel.in_flight_out_msat);
    json.set("in_flight_in_msat", channel.in_flight_in_msat);
    json.set("htlc_count", channel.htlc_count);
    Json htlcs = Json::array();
    for (const api::HtlcView& htlc : channel.htlcs) htlcs.push(htlcJson(htlc));
    json.set("htlcs", std::move(htlcs));
    if (channel.most_htlcs > 0) json.set("max_accepted_htlcs", channel.most_htlcs);
    json.set("minimum_htlc_in_msat", channel.htlc_minimum_msat);
    json.set("our_to_self_delay", channel.to_self_delay_ours);
    json.set("their_to_self_delay", channel.to_self_delay_theirs);
    json.set("dust_limit_msat", channel.dust_limit_sat * 1000);
    json.set("their_dust_limit_msat", channel.their_dust_limit_sat * 1000);
    json.set("commitment_number", channel.commitment_number);
    json.setText("closing_txid", channel.closing_txid);
    json.setText("close_cause", channel.close_cause);
    if (channel.close_unlock_height > 0) json.set("close_unlock_height", channel.close_unlock_height);
    Json status = Json::array();
    for (const api::ChannelEvent& event : channel.timeline) status.push(event.what);
    json.set("status", std::move(status));
    return json.set("verified", verifiedJson(channel.verified));
}

Json fundsJson(const api::FundsReply& funds) {
    Json outputs = Json::array();
    for (const api::Coin& coin : funds.outputs) {
        Json json = Json::object();
        json.set("txid", coin.txid);
        json.set("output", coin.index);
        json.set("amount_msat", coin.amount_sat * 1000);
        json.set("scriptpubkey", coin.script_hex);
        json.setText("address", coin.address);
        json.set("status", coin.height >= 0 ? "confirmed" : "unconfirmed");
        if (coin.height >= 0) json.set("blockheight", coin.height);
        json.set("reserved", coin.reserved);
        outputs.push(std::move(json.set("verified", verifiedJson(coin.verified))));
    }
    Json channels = Json::array();
    for (const api::ChannelView& channel : funds.channels) {
        Json json = Json::object();
        json.set("peer_id", channel.node_id);
        json.set("our_amount_msat", channel.ours_msat);
        json.set("amount_msat", channel.capacity_sat * 1000);
        json.set("funding_txid", channel.funding_txid);
        json.set("funding_output", channel.funding_index);
        json.set("connected", channel.connected);
        json.set("state", channel.state);
        json.set("channel_id", channel.channel_id);
        json.setText("short_channel_id", channel.short_channel_id);
        channels.push(std::move(json.set("verified", verifiedJson(channel.verified))));
    }
    return Json::object().set("outputs", std::move(outputs)).set("channels", std::move(channels));
}

Json invoiceJson(const api::InvoiceInfo& invoice) {
    Json json = Json::object();
    json.set("label", invoice.label);
    json.set("bolt11", invoice.bolt11);
    json.set("payment_hash", invoice.payment_hash);
    json.setIf("amount_msat", invoice.amount_msat);
    json.set("status", invoice.status);
    json.set("description", invoice.description);
    json.set("expires_at", invoice.expires_at);
    json.set("created_index", invoice.created_index);
    if (invoice.status == "paid") {
        json.set("pay_index", invoice.pay_index);
        json.set("amount_received_msat", invoice.amount_received_msat);
        json.set("paid_at", invoice.paid_at);
        json.setText("payment_preimage", invoice.preimage);
    }
    return json;
}

Json paymentJson(const api::PaymentInfo& payment) {
    Json json = Json::object();
    json.set("payment_hash", payment.payment_hash);
    json.set("status", payment.status);
    json.setText("destination", payment.destination);
    json.set("created_at", payment.created_at);
    if (payment.status == "complete") json.set("completed_at", payment.completed_at);
    json.setText("label", payment.label);
    json.setText("bolt11", payment.bolt11);
    json.setText("description", payment.description);
    json.set("created_index", payment.created_index);
    if (payment.amount_msat > 0) json.set("amount_msat", payment.amount_msat);
    if (payment.status != "failed") json.set("amount_sent_msat", payment.amount_sent_msat);
    json.setText("preimage", payment.preimage);
    json.set("number_of_parts", payment.parts);
    json.set("attempts", payment.attempts);
    if (payment.status == "pending" && payment.not_final_until > 0)
        json.set("not_final_until_height", payment.not_final_until);
    json.setText("failure", payment.failure);
    return json.set("verified", verifiedJson(payment.verified));
}

Json paymentResultJson(const api::PaymentInfo& payment) {
    Json json = Json::object();
    json.setText("destination", payment.destination);
    json.set("payment_hash", payment.payment_hash);
    json.set("created_at", payment.created_at);
    json.set("parts", payment.parts);
    json.set("amount_msat", payment.amount_msat);
    json.set("amount_sent_msat", payment.amount_sent_msat);
    json.setText("payment_preimage", payment.preimage);
    json.set("status", payment.status);
    if (payment.status == "pending" && payment.not_final_until > 0)
        json.set("not_final_until_height", payment.not_final_until);
    return json.set("verified", verifiedJson(payment.verified));
}

Json nodeJson(const api::NetworkNode& node) {
    Json json = Json::object();
    json.set("nodeid", node.node_id);
    if (node.last_timestamp > 0) { // without an announcement only the id is known
        json.set("alias", node.alias);
        json.set("color", node.color);
        json.set("last_timestamp", node.last_timestamp);
        json.set("features", node.features_hex);
        Json addresses = Json::array();
        for (const auto& [host, port] : node.addresses) addresses.push(addressJson(host, port));
        json.set("addresses", std::move(addresses));
    }
    json.set("channel_count", node.channel_count);
    json.set("capacity_sat", node.capacity_sat);
    return json.set("verified", verifiedJson(node.verified));
}

Json graphChannelJson(const api::GraphChannel& channel) {
    Json json = Json::object();
    json.set("source", channel.source);
    json.set("destination", channel.destination);
    json.set("short_channel_id", channel.short_channel_id);
    json.set("direction", channel.direction);
    json.set("public", channel.is_public);
    json.set("amount_msat", channel.amount_msat);
    json.set("message_flags", channel.message_flags);
    json.set("channel_flags", channel.channel_flags);
    json.set("active", channel.active);
    json.set("last_update", channel.last_update);
    json.set("base_fee_millisatoshi", channel.base_fee_msat);
    json.set("fee_per_millionth", channel.fee_per_millionth);
    json.set("delay", channel.delay);
    json.set("htlc_minimum_msat", channel.htlc_minimum_msat);
    json.set("htlc_maximum_msat", channel.htlc_maximum_msat);
    json.set("features", channel.features_hex);
    json.set("capacity_proved", channel.capacity_proved);
    return json.set("verified", verifiedJson(channel.verified));
}

} // namespace duplex::rpc
