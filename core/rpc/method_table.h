#pragma once

#include "core/rpc/method.h"

namespace duplex::rpc {

/// Every method that this release has, in the order of `help`.
const std::vector<Method>& methods();
/// nullptr: unknown. Aliases (`xpay`) are found too.
const Method* findMethod(std::string_view name);

/// Text of `help` (empty name) or `help METHOD`.
LocalResult helpText(std::string_view name);

/// The release of Bitcoin Core whose methods' parameters and results are followed.
inline constexpr std::string_view followed_core_release = "29.0";

/// The parameter that takes named options, whose members may also be given as named parameters; nullptr:
/// none.
const Param* optionsOf(const Method& method);

/// Checks the JSON parameters of a call (array, object, or an object whose "args" holds those by position)
/// against the method's table: known names, no parameter twice, types, needed ones present.
std::expected<Arguments, api::Error> bindArguments(const Method& method, const Json& params);

/// The JSON value that a command-line argument stands for, by the parameter's type, as Core's table of
/// conversions does; nothing when a parameter that is JSON is not valid JSON.
std::optional<Json> fromCommandLine(ParamType type, std::string_view argument);

// One list a source file, in the order of `help`.
std::vector<Method> controlMethods();
std::vector<Method> chainMethods();
std::vector<Method> decodeMethods();
std::vector<Method> walletMethods();
std::vector<Method> coinMethods();
std::vector<Method> sendMethods();
std::vector<Method> peerMethods();
std::vector<Method> channelMethods();
std::vector<Method> paymentMethods();
std::vector<Method> layerMethods();

} // namespace duplex::rpc
