#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/variant.h"
#include "core/bitcoin/primitives/address.h"
#include "core/rpc/dispatcher.h"
#include "core/rpc/method_table.h"

using namespace duplex;
using namespace duplex::rpc;

namespace {

constexpr std::int64_t all_money = bitcoin::max_money.value;
const Environment environment{.network = &bitcoin::parametersOf(bitcoin::Network::sandbox),
                              .data_directory = "/nonexistent",
                              .started_at = 1'700'000'000,
                              .now = 1'700'000'100};

void checkMoney(std::int64_t amount, std::int64_t least, std::int64_t most) {
    check(amount >= least && amount <= most, "an amount in a request is money");
}

/// What the engine may take for granted of a request.
void checkRequest(const api::Request& request) {
    std::visit(
        overloaded{
            [](const api::SendCoins& send) {
                check(!send.payees.empty(), "somebody is paid");
                std::set<bitcoin::Script> scripts;
                for (const api::Payee& payee : send.payees) {
                    const auto script = bitcoin::scriptFromAddress(payee.address, *environment.network);
                    check(script && scripts.insert(*script).second, "a payee has an address of its own");
                    if (!send.all) checkMoney(payee.amount_sat, 1, all_money);
                }
                check(send.request_id.size() <= 128, "a request_id is short");
                check(send.target_blocks > 0, "a target lies in the future");
            },
            [](const api::FundChannel& fund) {
                if (!fund.all) checkMoney(fund.amount_sat, 1, all_money);
                checkMoney(fund.push_msat, 0, all_money * 1000);
            },
            [](const api::CreateInvoice& invoice) {
                if (invoice.amount_msat) checkMoney(*invoice.amount_msat, 1, all_money * 1000);
                check(invoice.expiry_s > 0, "an invoice can be paid for a while");
            },
            [](const api::Pay& pay) {
                if (pay.amount_msat) checkMoney(*pay.amount_msat, 1, all_money * 1000);
                if (pay.max_fee_msat) checkMoney(*pay.max_fee_msat, 0, all_money * 1000);
            },
            [](const api::GetQuotes& quote) { checkMoney(quote.amount_sat, 1, all_money); },
            [](const api::StartMove& move) {
                if (!move.quote_id.empty()) return;
                checkMoney(move.amount_sat, 1, all_money);
                checkMoney(move.max_fee_sat, 0, all_money);
            },
            [](const api::SandboxCommand& command) {
                checkMoney(command.amount_sat, 0, all_money);
                check(command.count >= 1 && command.count <= 1000, "blocks are counted");
            },
            [](const api::ListTransactions& list) {
                check(list.count >= 0 && list.skip >= 0, "a page is one");
            },
            [](const api::WaitForHeight& wait) {
                // The engine adds it to the clock.
                check(wait.timeout_ms >= 0 && wait.timeout_ms < std::int64_t{1} << 62, "a wait ends");
            },
            [](const api::CreateWallet& wallet) {
                if (wallet.birthday_time)
                    check(*wallet.birthday_time >= 0 && *wallet.birthday_time <= environment.now,
                          "a birthday lies in the past");
            },
            [](const auto&) {},
        },
        request);
}

/// A range of addresses takes as long as it is wide.
bool takesLong(const Method& method, const Arguments& arguments) {
    if (method.name != "deriveaddresses") return false;
    const Json& range = arguments.at("range");
    const Json* last = range.elements() && !range.elements()->empty() ? &range.elements()->back() : &range;
    const Json* first = last == &range ? nullptr : &range.elements()->front();
    const std::int64_t begin = first ? first->integer().value_or(0) : 0;
    return begin >= 0 && last->integer() && *last->integer() > begin + 20;
}

void run(const Method& method, const Json& params) {
    const auto arguments = bindArguments(method, params);
    if (!arguments) return check(arguments.error().code != 0, "an error has a code");
    if (takesLong(method, *arguments)) return;
    if (method.local) {
        if (const auto result = method.local(*arguments, environment))
            check(parseJson(result->text()).has_value(), "a result is JSON");
        else
            check(result.error().code != 0 && !result.error().message.empty(), "an error has code and words");
    } else if (method.request) {
        if (const auto request = method.request(*arguments, environment))
            checkRequest(*request);
        else
            check(request.error().code != 0 && !request.error().message.empty(),
                  "an error has code and words");
    }
}

/// A line of the local socket.
void runLine(std::string_view line) {
    const auto call = readCall(line);
    if (!call) return check(call.error().find("error") != nullptr, "a refused line is answered by an error");
    if (const Method* method = findMethod(call->method)) run(*method, call->params);
}

/// The arguments of duplex-cli for a method, one a line.
void runCommand(const Method& method, std::string_view text) {
    Json params = Json::array();
    for (const Param& param : method.params) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const auto value = fromCommandLine(param.type, text.substr(0, end));
        if (!value) return;
        params.push(*value);
        if (end == text.size()) break;
        text.remove_prefix(end + 1);
    }
    run(method, params);
}

} // namespace

/// A line as it stands; or, when the first byte is that of a method (JSON begins with none so high), its
/// parameters, in JSON or as arguments of the command line. Each gives a request whose figures the engine can
/// bear, an answer that is JSON, or an error with its code.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = textOf(ByteView(data, size));
    if (size == 0 || data[0] < 0x80) {
        runLine(text);
        return 0;
    }
    const Method& method = methods()[(data[0] - 0x80) % methods().size()];
    const std::string_view rest = std::string_view(text).substr(1);
    if (const auto params = parseJson(rest); params && (params->elements() || params->members()))
        run(method, *params);
    else
        runCommand(method, rest);
    return 0;
}
