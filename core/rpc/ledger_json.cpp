#include "core/rpc/ledger_json.h"

namespace duplex::rpc {

namespace {

Json stagesJson(const std::vector<ledger::Stage>& stages) {
    Json list = Json::array();
    for (const ledger::Stage& stage : stages)
        list.push(
            Json::object().set("name", stage.name).set("median_s", stage.median_s).set("p90_s", stage.p90_s));
    return list;
}

Json partsJson(const std::vector<ledger::BalancePart>& parts) {
    Json list = Json::array();
    for (const ledger::BalancePart& part : parts) {
        Json json = Json::object();
        json.set("state", ledger::nameOf(part.state));
        json.set("amount", ledger::decimalOf(part.amount));
        json.set("why", part.why);
        json.set("until", part.until);
        json.set("verified", verifiedJson(part.verified));
        list.push(std::move(json));
    }
    return list;
}

Json stepJson(const ledger::MoveStep& step) {
    Json json = Json::object();
    json.set("name", step.name);
    json.set("state", ledger::nameOf(step.state));
    json.setText("evidence", step.evidence);
    if (step.earliest_s > 0) json.set("earliest", step.earliest_s);
    if (step.deadline_height > 0) json.set("deadline_height", step.deadline_height);
    json.setText("lost_if_missed", step.lost_if_missed);
    return json.set("verified", verifiedJson(step.verified));
}

} // namespace

Json verifiedJson(const ledger::Verified& verified) {
    Json json = Json::object();
    json.set("label", ledger::nameOf(verified.label));
    json.set("evidence", ledger::nameOf(verified.evidence));
    if (verified.height >= 0) json.set("height", verified.height);
    if (verified.time > 0) json.set("time", verified.time);
    if (verified.n > 0) json.set("k", verified.k).set("n", verified.n);
    return json;
}

Json feeJson(const ledger::FeeQuote& fee) {
    Json parts = Json::array();
    for (const ledger::FeePart& part : fee.parts)
        parts.push(Json::object().set("name", part.name).set("amount_sat", part.amount_sat));
    return Json::object()
        .set("total_sat", fee.total_sat)
        .set("parts", std::move(parts))
        .set("verified", verifiedJson(fee.verified));
}

Json layerJson(const api::LayerView& view) {
    Json json = Json::object();
    json.set("id", view.layer.id);
    json.set("name", view.layer.name);
    json.set("level", view.layer.level);
    json.set("settles_on", view.layer.settles_on.empty() ? Json() : Json(view.layer.settles_on));
    json.set("asset", view.layer.asset);
    json.set("decimals", view.layer.decimals);
    json.set("parts", partsJson(view.balance.parts));
    json.set("receivable", ledger::decimalOf(view.balance.receivable));
    json.set("fee", feeJson(view.fee));
    json.set("stages", stagesJson(view.stages));
    json.set("verified", verifiedJson(view.verified));
    json.set("as_of", view.as_of);
    json.set("balance_sat", view.balance_sat);
    json.set("spendable_sat", view.spendable_sat);
    json.set("pending_sat", view.pending_sat);
    json.set("locked_sat", view.locked_sat);
    json.set("receivable_sat", view.receivable_sat);
    json.setIf("fee_sat", view.fee_sat);
    json.setIf("confirmation_s", view.confirmation_s);
    json.setIf("confirmation_p90_s", view.confirmation_p90_s);
    json.setText("secured_by", view.secured_by);
    json.setText("payments_a_second", view.payments_a_second);
    json.setText("fullness", view.fullness);
    json.setText("gets_dear_when", view.gets_dear_when);
    json.setText("main_risks", view.main_risks);
    return json.setText("way_between_risks", view.way_between_risks);
}

Json activityJson(const ledger::Activity& activity) {
    Json json = Json::object();
    json.set("id", activity.id);
    json.set("layer", activity.layer);
    json.set("kind", ledger::nameOf(activity.kind));
    // Whole satoshi on the first layer; millisatoshi where a payment may have a fraction of one.
    if (activity.layer.ends_with("/lightning")) {
        json.set("amount_msat", activity.amount_msat);
        json.set("fee_msat", activity.fee_msat);
    } else {
        json.set("amount_sat", activity.amount_msat / 1000);
    }
    json.set("fee_sat", (activity.fee_msat + 999) / 1000);
    json.set("state", ledger::nameOf(activity.state));
    json.set("time", activity.time);
    if (activity.height >= 0) json.set("height", activity.height);
    json.set("confirmations", activity.confirmations);
    json.set("label", activity.label);
    json.set("details", activity.details);
    return json.set("verified", verifiedJson(activity.verified));
}

Json quoteJson(const ledger::MoveQuote& quote) {
    Json json = Json::object();
    json.set("route", quote.route);
    json.set("available", quote.available);
    json.setText("why_not", quote.why_not);
    json.set("from", quote.from);
    json.set("to", quote.to);
    json.set("amount_sat", quote.amount_sat);
    json.set("fee_sat", quote.fee.total_sat);
    json.set("fee", feeJson(quote.fee));
    json.set("delay_s", quote.delay_s);
    json.set("confirmations", quote.confirmations);
    json.set("trust", quote.trust);
    json.set("risk", quote.risk);
    json.set("mechanism", quote.mechanism);
    json.setText("channel_id", quote.channel_id);
    json.setText("peer_id", quote.peer_id);
    json.set("locked_sat", quote.locked_sat);
    json.set("quote_id", quote.quote_id);
    return json.set("expires_at", quote.expires_at);
}

Json moveJson(const ledger::Move& move) {
    Json json = Json::object();
    json.set("move_id", move.move_id);
    json.set("route", move.route);
    json.set("from", move.from);
    json.set("to", move.to);
    json.set("amount_sat", move.amount_sat);
    json.set("fee_sat", move.fee.total_sat);
    json.set("fee", feeJson(move.fee));
    json.set("state", ledger::nameOf(move.state));
    json.setText("failure", move.failure);
    json.set("locked_sat", move.locked_sat);
    json.setText("channel_id", move.channel_id);
    json.set("started", move.started);
    Json steps = Json::array();
    for (const ledger::MoveStep& step : move.steps) steps.push(stepJson(step));
    return json.set("steps", std::move(steps));
}

Json stringsJson(const std::vector<std::string>& texts) {
    Json list = Json::array();
    for (const std::string& text : texts) list.push(text);
    return list;
}

} // namespace duplex::rpc
