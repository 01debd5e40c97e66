#pragma once

#include "core/rpc/method.h"
#include "core/rpc/reply_of.h"

#include <optional>
#include <string>

namespace duplex::rpc {

// What the methods of Lightning read alike. Each error names the parameter and what it should be.

/// A number without sign, all of `text`.
std::optional<std::int64_t> wholeNumber(std::string_view text);
/// `value` times `factor`, unless that is more than all coins.
std::optional<std::int64_t> scaled(std::optional<std::int64_t> value, std::int64_t factor);
/// CLN's amounts: 1000, "1000msat", "1sat", "0.00000001btc"; a bare number counts `bare` millisatoshi.
std::optional<std::int64_t> millisatoshiOf(const Json& value, std::int64_t bare);
std::unexpected<api::Error> badAmount(std::string_view name);

/// An invoice without the scheme of a link, which links write in any case.
std::string withoutScheme(std::string text);
bool isNodeId(std::string_view text);
/// In lower case, as all lists have it.
std::expected<std::string, api::Error> nodeIdOf(const Arguments& arguments, std::string_view name);
/// BLOCKxTRANSACTIONxOUTPUT, or empty where none was given.
std::expected<std::string, api::Error> shortChannelIdOf(const Arguments& arguments);

/// {key: [...]}: each item of a reply's list by `make`.
template <typename List, typename Item>
auto listed(std::string_view key, const std::vector<Item> List::* items, Json (*make)(const Item&)) {
    return onReply<List>([key, items, make](const List& reply, const Arguments&, const Environment&) {
        Json list = Json::array();
        for (const Item& item : reply.*items) list.push(make(item));
        return Json::object().set(key, std::move(list));
    });
}

} // namespace duplex::rpc
