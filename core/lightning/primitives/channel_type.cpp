#include "core/lightning/primitives/channel_type.h"

namespace duplex::lightning {

namespace {
Features featuresOf(const ChannelType& type) {
    Features features;
    features.must(Feature::static_remotekey).must(Feature::anchors);
    if (type.scid_alias) features.must(Feature::scid_alias);
    return features;
}
} // namespace

Bytes encoded(const ChannelType& type) {
    return featuresOf(type).bytes();
}

std::optional<ChannelType> channelTypeFromBytes(ByteView bytes) {
    const std::optional<Features> features = Features::fromBytes(bytes);
    if (!features) return std::nullopt;
    for (const ChannelType type : {ChannelType{.scid_alias = false}, ChannelType{.scid_alias = true}})
        if (*features == featuresOf(type)) return type;
    return std::nullopt;
}

} // namespace duplex::lightning
