#pragma once

#include "core/api/reply.h"
#include "core/api/request.h"
#include "core/bitcoin/primitives/network.h"
#include "core/rpc/json.h"

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace duplex::rpc {

/// How a parameter is written. `text` is taken as it stands on the command line; all others are JSON there.
enum class ParamType {
    text,
    integer,
    boolean,
    btc,    // decimal BTC, number or text
    number, // decimal number or text: feerates
    msat,   // integer, or text with a unit as CLN takes it: 1000, "1000msat", "1sat", "0.00000001btc"; also
            // "any", "all", "1000perkw". What a bare number counts is the parameter's matter
    verbosity,    // integer, or true and false for 1 and 0
    text_or_json, // text, unless it is JSON other than text: getblockstats's height, descriptors' lists
    array,
    json // array or object
};

enum class Needed { yes, no };
/// Passphrases, words and keys: never shown, warned about when given as an argument.
enum class Secrecy { open, secret };

struct Param {
    std::string_view name;
    ParamType type = ParamType::text;
    Needed needed = Needed::no;
    std::string_view help;
    Secrecy secrecy = Secrecy::open;
};

/// The parameters of one call, by position, already checked against the table. Absent ones are null.
class Arguments {
public:
    Arguments(const std::vector<Param>& params, std::vector<Json> values)
        : m_params(&params), m_values(std::move(values)) {}

    bool has(std::string_view name) const { return !at(name).isNull(); }
    const Json& at(std::string_view name) const;
    std::string text(std::string_view name, std::string_view otherwise = {}) const;
    std::int64_t integer(std::string_view name, std::int64_t otherwise = 0) const;
    bool boolean(std::string_view name, bool otherwise = false) const;
    /// Decimal number as an integer of 10^-decimals; the table made sure that it is one.
    std::optional<std::int64_t> fixedPoint(std::string_view name, int decimals) const;

private:
    const std::vector<Param>* m_params;
    std::vector<Json> m_values;
};

/// What handlers know beside their arguments.
struct Environment {
    const bitcoin::NetworkParameters* network = nullptr;
    std::string data_directory = {};
    std::int64_t started_at = 0; // UNIX seconds
    std::int64_t now = 0;
};

using LocalResult = std::expected<Json, api::Error>;
using RequestResult = std::expected<api::Request, api::Error>;

/// One method of the interface. Either `local` is set, or `request` and `result` are.
struct Method {
    std::string_view name;
    std::string_view group;
    std::vector<Param> params;
    std::string_view summary;
    std::string_view result_help;
    std::string_view example; // arguments only
    std::function<LocalResult(const Arguments&, const Environment&)> local = {};
    std::function<RequestResult(const Arguments&, const Environment&)> request = {};
    std::function<LocalResult(const api::Reply&, const Arguments&, const Environment&)> result = {};
    std::string_view alias_of = {};
};

/// Core's and CLN's codes by name (interface.md, Transport).
enum class Code : int {
    misc = -1,
    type = -3,
    wallet = -4,
    bad_address = -5,
    insufficient_funds = -6,
    bad_parameter = -8,
    not_connected = -9,
    bad_label = -11,
    undecodable = -22,
    verify = -25,
    rejected = -26,
    invalid_request = -32600,
    unknown_method = -32601,
    bad_params = -32602,
    internal = -32603,
    parse = -32700,
};
api::Error error(Code code, std::string message);
std::unexpected<api::Error> fail(Code code, std::string message);

/// `request_id`. One that is not understood is refused: a repeated call would pay twice.
std::expected<std::string, api::Error> requestIdOf(const Json& value);

/// Core's estimate_mode: one of its names in either case, or absent. There is one estimate here, so what it
/// says changes nothing, but what is no mode is not passed over.
std::expected<void, api::Error> checkEstimateMode(const Json& value);
inline constexpr std::string_view estimate_mode_help =
    "unset, economical or conservative: taken for Core's sake, there is one estimate";

} // namespace duplex::rpc
