// How near the light client comes to what this machine can do (performance.md 4): prints rates, and their
// ratio to the probe of the limit beside it.

#include "core/base/check.h"
#include "core/bitcoin/light/filter_header_chain.h"
#include "core/bitcoin/light/header_chain.h"
#include "core/crypto/hash.h"
#include "core/store/flat_file.h"

#include <chrono>
#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

using namespace duplex;
using namespace duplex::bitcoin;
using namespace duplex::bitcoin::light;

namespace {

template <typename F>
double secondsOf(F&& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The quoted hexadecimal strings of a JSON list.
std::vector<BlockHeader> headersOf(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    const std::string all = text.str();
    std::vector<BlockHeader> headers;
    for (std::size_t at = all.find('"'); at != std::string::npos; at = all.find('"', at + 162)) {
        const Bytes bytes = *fromHex(std::string_view(all).substr(at + 1, 160));
        ByteReader reader(bytes);
        headers.push_back(readHeader(reader));
    }
    return headers;
}

/// sha256d of 80 bytes a second: no header chain can be faster.
double hashLimit() {
    constexpr int count = 400'000;
    ByteArray<80> header{};
    const double seconds = secondsOf([&] {
        for (int i = 0; i < count; ++i) {
            const auto hash = crypto::sha256d(header);
            std::copy(hash.begin(), hash.end(), header.begin());
        }
    });
    return count / seconds;
}

void benchHeaders(double limit) {
    const auto headers = headersOf(DUPLEX_VECTORS "/headers/mainnet_headers_0_8999.json");
    NetworkParameters network = parametersOf(Network::main);
    network.minimum_work = {};
    constexpr int rounds = 20;
    const double seconds = secondsOf([&] {
        for (int round = 0; round < rounds; ++round) {
            HeaderChain chain(network, {});
            for (std::size_t from = 1; from < headers.size(); from += 2000) {
                const auto to = std::min(from + 2000, headers.size());
                chain.accept({headers.begin() + static_cast<std::ptrdiff_t>(from),
                              headers.begin() + static_cast<std::ptrdiff_t>(to)},
                             unixTime(1'800'000'000));
            }
            check(chain.height() + 1 == headers.size(), "all headers are accepted");
        }
    });
    const double rate = rounds * static_cast<double>(headers.size()) / seconds;
    fmt::print("headers validated    {:>12.0f} /s   {:.2f} of sha256d\n", rate, rate / limit);
}

Script scriptOf(std::uint64_t number) {
    return payToWitnessPublicKeyHash(crypto::hash160(ByteWriter().u64le(number).view()));
}

void benchFilters() {
    constexpr std::uint64_t elements = 7'000; // a full block's
    Block block;
    block.transactions.emplace_back();
    for (std::uint64_t i = 0; i < elements; ++i) block.transactions[0].outputs.push_back({{1}, scriptOf(i)});
    const BlockFilter filter = buildFilter(block, {});
    const BlockHash hash = block.header.hash();
    constexpr int rounds = 1'000;
    const double hashing = secondsOf([&] {
        for (int i = 0; i < rounds; ++i) check(!hashOf(filter.bytes).isZero(), "a hash");
    });
    const double decode = secondsOf([&] {
        for (int i = 0; i < rounds; ++i)
            check(matchesAny(filter.bytes, hash, FilterQuery()).has_value(), "decodes");
    });
    fmt::print("filter hash          {:>12.1f} MB/s\n", rounds * filter.bytes.size() / hashing / 1e6);
    fmt::print("filter decode        {:>12.1f} ns an element\n", decode * 1e9 / rounds / elements);
    for (const std::uint64_t count : {1U, 10U, 100U, 1'000U, 10'000U, 100'000U}) {
        std::vector<Script> scripts;
        for (std::uint64_t i = 0; i < count; ++i) scripts.push_back(scriptOf(1'000'000 + i));
        const FilterQuery query(scripts);
        const int repeat = count > 1'000 ? 50 : rounds;
        const double seconds = secondsOf([&] {
            for (int i = 0; i < repeat; ++i)
                check(matchesAny(filter.bytes, hash, query).has_value(), "decodes");
        });
        const double per_script = (seconds / repeat - decode / rounds) * 1e9 / static_cast<double>(count);
        fmt::print("scan, {:>6} scripts {:>12.0f} filters/s   {:.1f} ns a script\n", count, repeat / seconds,
                   per_script);
    }
}

/// What a start does with a chain of 1,000,000 headers (the goal: under a second): maps the file, takes the
/// tip with its committed work, and at the first question for a hash builds the index.
void benchOpen() {
    constexpr std::uint32_t count = 1'000'000;
    const NetworkParameters& network = parametersOf(Network::regtest);
    const auto path = std::filesystem::temp_directory_path() / fmt::format("duplex-bench-{}", ::getpid());
    ByteWriter bytes;
    BlockHeader header{.version = 0x20000000, .bits = network.power_limit_bits};
    std::vector<BlockHash> some;
    for (std::uint32_t height = 0; height < count; ++height) {
        header.time = 1'600'000'000 + height;
        bytes.bytes(serialized(header));
        header.previous = header.hash();
        if (height % 100'000 == 0) some.push_back(header.previous);
    }
    const std::string name = path.string();
    check((*store::FlatFile::open(name, header_size))->write(0, bytes.view()).has_value(),
          "a file is written");
    std::unique_ptr<store::FlatFile> file;
    std::optional<HeaderChain> chain;
    const double summed = secondsOf([&] {
        file = std::move(*store::FlatFile::open(name, header_size));
        chain.emplace(network, HeaderView{file->all(count)});
    });
    const Work work = chain->tipWork();
    const double opened = secondsOf([&] {
        file = std::move(*store::FlatFile::open(name, header_size));
        chain.emplace(network, HeaderView{file->all(count)}, work);
    });
    check(chain->height() == count - 1, "all are there");
    const double indexed = secondsOf([&] {
        for (const BlockHash& hash : some) check(chain->heightOf(hash).has_value(), "each is found");
    });
    chain.reset();
    std::filesystem::remove(path);
    fmt::print(
        "open, 1,000,000 headers {:>9.2f} ms; {:.0f} ms when their work is summed anew; index {:.0f} ms\n",
        opened * 1e3, summed * 1e3, indexed * 1e3);
}

} // namespace

int main() {
    const double limit = hashLimit();
    fmt::print("limit: sha256d of 80 {:>12.0f} /s\n", limit);
    benchHeaders(limit);
    benchOpen();
    benchFilters();
}
