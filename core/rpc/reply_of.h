#pragma once

#include "core/rpc/method.h"

namespace duplex::rpc {

/// Makes a result handler of a function on one reply type. Another type is our own fault and says so.
template <typename T, typename F>
auto onReply(F make) {
    return [make](const api::Reply& reply, const Arguments& arguments,
                  const Environment& environment) -> LocalResult {
        const T* value = std::get_if<T>(&reply);
        if (!value) return fail(Code::internal, "The engine answered with another kind of reply.");
        return make(*value, arguments, environment);
    };
}

/// A request handler that always succeeds.
template <typename F>
auto asking(F make) {
    return [make](const Arguments& arguments, const Environment&) -> RequestResult {
        return api::Request(make(arguments));
    };
}

/// For methods whose result is null.
inline auto nothing() {
    return [](const api::Reply&, const Arguments&, const Environment&) -> LocalResult { return Json(); };
}

/// For methods whose result is a text, or a list of names.
inline auto bareText() {
    return onReply<api::Text>(
        [](const api::Text& reply, const Arguments&, const Environment&) { return Json(reply.text); });
}

} // namespace duplex::rpc
