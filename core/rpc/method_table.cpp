#include "core/rpc/method_table.h"

#include "core/base/check.h"
#include "core/base/text.h"

#include <algorithm>
#include <fmt/core.h>

namespace duplex::rpc {

namespace {

std::string_view nameOf(ParamType type) {
    switch (type) {
    case ParamType::text:
        return "text";
    case ParamType::integer:
        return "integer";
    case ParamType::boolean:
        return "true or false";
    case ParamType::btc:
        return "amount in BTC";
    case ParamType::number:
        return "number";
    case ParamType::msat:
        return "whole number or text";
    case ParamType::verbosity:
        return "integer, or true or false";
    case ParamType::text_or_json:
        return "text, number or JSON";
    case ParamType::array:
        return "array";
    case ParamType::json:
        return "JSON";
    }
    return "";
}

std::string typeName(const Json& value) {
    if (value.isNull()) return "null";
    if (value.boolean()) return "bool";
    if (value.number()) return "number";
    if (value.string()) return "string";
    return value.elements() ? "array" : "object";
}

bool fits(ParamType type, const Json& value) {
    const auto decimal = [&](int decimals) {
        if (const Json::Number* number = value.number())
            return fixedPointOf(number->text, decimals).has_value();
        return value.string() && fixedPointOf(*value.string(), decimals).has_value();
    };
    switch (type) {
    case ParamType::text:
        return value.string() != nullptr;
    case ParamType::integer:
        return value.integer().has_value();
    case ParamType::boolean:
        return value.boolean() != nullptr;
    case ParamType::btc:
        return value.number() || value.string(); // how far it is an amount is said by its own error
    case ParamType::number:
        return decimal(8);
    case ParamType::msat:
        return value.integer().has_value() || value.string();
    case ParamType::verbosity:
        return value.integer().has_value() || value.boolean();
    case ParamType::text_or_json:
        return true;
    case ParamType::array:
        return value.elements() != nullptr;
    case ParamType::json:
        return value.elements() || value.members();
    }
    return false;
}

std::expected<void, api::Error> checkType(const Param& param, const Json& value) {
    if (value.isNull()) return {};
    if (!fits(param.type, value))
        return fail(Code::type, fmt::format("Parameter {}: {} expected, {} given.", param.name,
                                            nameOf(param.type), typeName(value)));
    if (param.type != ParamType::btc) return {};
    const std::string& text = value.number() ? value.number()->text : *value.string();
    const auto satoshi = satoshiOf(text);
    if (!satoshi) return fail(Code::type, "Invalid amount");
    constexpr std::int64_t all_money = 2'100'000'000'000'000;
    if (*satoshi < 0 || *satoshi > all_money) return fail(Code::type, "Amount out of range");
    return {};
}

std::string usageOf(const Method& method) {
    std::string text(method.name);
    for (const Param& param : method.params)
        text +=
            param.needed == Needed::yes ? fmt::format(" {}", param.name) : fmt::format(" ( {} )", param.name);
    return text;
}

constexpr std::string_view groups[] = {"Control", "Chain", "Decoding", "Wallet", "Lightning", "Both layers"};

std::string overview() {
    std::string text = fmt::format(
        "Methods of Duplex. Namesakes of Bitcoin Core follow release {}, those of Core Lightning v26.06.\n"
        "More about one: help METHOD\n",
        followed_core_release);
    for (const std::string_view group : groups) {
        text += fmt::format("\n== {} ==\n", group);
        for (const Method& method : methods())
            if (method.group == group && method.alias_of.empty()) text += usageOf(method) + "\n";
    }
    return text;
}

} // namespace

const std::vector<Method>& methods() {
    static const std::vector<Method> table = [] {
        std::vector<Method> all;
        for (auto list : {controlMethods(), chainMethods(), decodeMethods(), walletMethods(), coinMethods(),
                          sendMethods(), peerMethods(), channelMethods(), paymentMethods(), layerMethods()})
            for (Method& method : list) all.push_back(std::move(method));
        return all;
    }();
    return table;
}

const Method* findMethod(std::string_view name) {
    const auto found = std::ranges::find(methods(), name, &Method::name);
    return found == methods().end() ? nullptr : &*found;
}

LocalResult helpText(std::string_view name) {
    if (name.empty()) return Json(overview());
    const Method* method = findMethod(name);
    if (!method)
        return fail(Code::unknown_method, fmt::format("help: unknown command: {}. The list: help", name));
    std::string text = fmt::format("{}\n\n{}\n", usageOf(*method), method->summary);
    if (!method->alias_of.empty()) text += fmt::format("The same as {}.\n", method->alias_of);
    if (!method->params.empty()) text += "\nParameters:\n";
    for (std::size_t i = 0; i < method->params.size(); ++i) {
        const Param& param = method->params[i];
        text += fmt::format("{}. {:<20} ({}, {}) {}\n", i + 1, param.name, nameOf(param.type),
                            param.needed == Needed::yes ? "needed" : "optional", param.help);
        if (param.secrecy == Secrecy::secret)
            text += "   Give it with -stdin or -stdinpass, so that it stays out of the shell's history.\n";
    }
    // An example that begins with an option of duplex-cli names the method itself.
    const std::string call = method->example.starts_with('-') ? std::string(method->example)
                             : method->example.empty()        ? std::string(method->name)
                                                       : fmt::format("{} {}", method->name, method->example);
    text += fmt::format("\nResult:\n{}\n\nExample:\n> duplex-cli {}\n", method->result_help, call);
    return Json(text);
}

const Param* optionsOf(const Method& method) {
    const auto found = std::ranges::find_if(method.params, [](const Param& param) {
        return param.name == "options" && param.type == ParamType::json;
    });
    return found == method.params.end() ? nullptr : &*found;
}

std::expected<Arguments, api::Error> bindArguments(const Method& method, const Json& params) {
    std::vector<Json> values(method.params.size());
    const auto place = [&](std::size_t index, const Json& value) -> std::expected<void, api::Error> {
        if (auto fine = checkType(method.params[index], value); !fine) return fine;
        values[index] = value;
        return {};
    };
    const auto placeAll = [&](const Json::Array& list) -> std::expected<void, api::Error> {
        if (list.size() > values.size())
            return fail(Code::misc, fmt::format("{} takes at most {} parameters. Usage: {}", method.name,
                                                values.size(), usageOf(method)));
        for (std::size_t i = 0; i < list.size(); ++i)
            if (auto fine = place(i, list[i]); !fine) return fine;
        return {};
    };
    if (const Json::Array* list = params.elements()) {
        if (auto fine = placeAll(*list); !fine) return std::unexpected(fine.error());
    } else if (const Json::Object* object = params.members()) {
        // First those by position ("args"), so that one given both ways is noticed.
        if (const Json* list = params.find("args"); list && list->elements())
            if (auto fine = placeAll(*list->elements()); !fine) return std::unexpected(fine.error());
        const Param* options = optionsOf(method);
        Json named_options;
        for (const auto& [name, value] : *object) {
            if (name == "args" && value.elements()) continue;
            const auto found = std::ranges::find(method.params, name, &Param::name);
            if (found == method.params.end()) {
                if (!options)
                    return fail(Code::bad_parameter, fmt::format("Unknown named parameter {}", name));
                named_options.set(name, value);
                continue;
            }
            const auto index = static_cast<std::size_t>(found - method.params.begin());
            if (!values[index].isNull())
                return fail(
                    Code::bad_parameter,
                    fmt::format("Parameter {} specified twice both as positional and named argument", name));
            if (auto fine = place(index, value); !fine) return std::unexpected(fine.error());
        }
        if (!named_options.isNull()) {
            Json& given = values[static_cast<std::size_t>(options - method.params.data())];
            if (!given.isNull())
                return fail(Code::bad_parameter, fmt::format("Parameter options conflicts with parameter {}",
                                                             named_options.members()->front().first));
            given = std::move(named_options);
        }
    } else if (!params.isNull()) {
        return fail(Code::invalid_request, "params must be an array or an object");
    }
    for (std::size_t i = 0; i < values.size(); ++i)
        if (method.params[i].needed == Needed::yes && values[i].isNull())
            return fail(Code::misc, fmt::format("Parameter {} is missing. Usage: {}", method.params[i].name,
                                                usageOf(method)));
    return Arguments(method.params, std::move(values));
}

std::optional<Json> fromCommandLine(ParamType type, std::string_view argument) {
    const auto json = parseJson(argument);
    switch (type) {
    case ParamType::text:
        return Json(argument);
    case ParamType::msat:
        return json && json->integer() ? *json : Json(argument);
    case ParamType::text_or_json:
        return json ? *json : Json(argument);
    case ParamType::integer:
    case ParamType::boolean:
    case ParamType::btc:
    case ParamType::number:
    case ParamType::verbosity:
    case ParamType::array:
    case ParamType::json:
        return json ? std::optional(*json) : std::nullopt;
    }
    return std::nullopt;
}

const Json& Arguments::at(std::string_view name) const {
    const auto found = std::ranges::find(*m_params, name, &Param::name);
    check(found != m_params->end(), "a method asks for a parameter that its table lacks");
    return m_values[static_cast<std::size_t>(found - m_params->begin())];
}

std::string Arguments::text(std::string_view name, std::string_view otherwise) const {
    const Json& value = at(name);
    if (const std::string* text = value.string()) return *text;
    if (const Json::Number* number = value.number()) return number->text;
    return std::string(otherwise);
}

std::int64_t Arguments::integer(std::string_view name, std::int64_t otherwise) const {
    return at(name).integer().value_or(otherwise);
}

bool Arguments::boolean(std::string_view name, bool otherwise) const {
    const bool* flag = at(name).boolean();
    return flag ? *flag : otherwise;
}

std::optional<std::int64_t> Arguments::fixedPoint(std::string_view name, int decimals) const {
    const Json& value = at(name);
    if (const Json::Number* number = value.number()) return fixedPointOf(number->text, decimals);
    if (const std::string* text = value.string()) return fixedPointOf(*text, decimals);
    return std::nullopt;
}

api::Error error(Code code, std::string message) {
    return api::Error{.code = static_cast<int>(code), .message = std::move(message)};
}

std::unexpected<api::Error> fail(Code code, std::string message) {
    return std::unexpected(error(code, std::move(message)));
}

std::expected<std::string, api::Error> requestIdOf(const Json& value) {
    if (value.isNull()) return std::string();
    if (!value.string()) return fail(Code::type, "request_id must be a text.");
    constexpr std::size_t longest = 128;
    if (value.string()->size() > longest)
        return fail(Code::bad_parameter, "request_id must have at most 128 bytes.");
    return *value.string();
}

std::expected<void, api::Error> checkEstimateMode(const Json& value) {
    if (value.isNull()) return {};
    if (!value.string()) return fail(Code::type, "estimate_mode must be a text.");
    const std::string mode = lowerCase(*value.string());
    if (mode == "unset" || mode == "economical" || mode == "conservative") return {};
    return fail(Code::bad_parameter,
                R"(Invalid estimate_mode parameter, must be one of: "unset", "economical", "conservative")");
}

} // namespace duplex::rpc
