// Runs one fuzz target without libFuzzer: each file of its corpus as it is, then 2,000 mutations of them
// under a seed that is printed and can be given again. usage: fuzz_x CORPUS_FOLDER [SEED]

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

/// SplitMix64: repeatable from the printed seed.
class Numbers {
public:
    explicit Numbers(std::uint64_t seed) : m_state(seed) {}
    std::uint64_t next() {
        std::uint64_t z = (m_state += 0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        return z ^ z >> 31;
    }
    std::size_t below(std::size_t bound) { return bound == 0 ? 0 : next() % bound; }

private:
    std::uint64_t m_state;
};

Input mutated(Input input, const std::vector<Input>& corpus, Numbers& numbers) {
    const std::size_t changes = 1 + numbers.below(8);
    for (std::size_t i = 0; i < changes; ++i) {
        const std::size_t at = numbers.below(input.size() + 1);
        switch (numbers.below(6)) {
        case 0:
            if (at < input.size()) input[at] ^= static_cast<std::uint8_t>(1U << numbers.below(8));
            break;
        case 1:
            if (at < input.size()) input[at] = static_cast<std::uint8_t>(numbers.next());
            break;
        case 2:
            input.insert(input.begin() + static_cast<std::ptrdiff_t>(at),
                         static_cast<std::uint8_t>(numbers.next()));
            break;
        case 3:
            input.resize(at);
            break;
        case 4:
            if (at < input.size()) input[at] = numbers.below(2) == 0 ? 0xff : 0x00;
            break;
        default: {
            const Input& other = corpus[numbers.below(corpus.size())];
            const std::size_t from = numbers.below(other.size() + 1);
            const std::size_t to = from + numbers.below(other.size() - from + 1);
            input.insert(input.begin() + static_cast<std::ptrdiff_t>(at),
                         other.begin() + static_cast<std::ptrdiff_t>(from),
                         other.begin() + static_cast<std::ptrdiff_t>(to));
        }
        }
    }
    return input;
}

void run(const Input& input) {
    static const std::uint8_t nothing = 0;
    LLVMFuzzerTestOneInput(input.empty() ? &nothing : input.data(), input.size());
}

} // namespace

int main(int argc, char* argv[]) {
    if (argc < 2) return 2;
    std::vector<Input> corpus;
    if (std::filesystem::is_directory(argv[1])) {
        for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
            std::ifstream file(entry.path(), std::ios::binary);
            corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
        }
    }
    if (corpus.empty()) {
        std::fprintf(stderr, "no corpus in %s\n", argv[1]);
        return 2;
    }
    const std::uint64_t seed =
        argc > 2 ? std::strtoull(argv[2], nullptr, 10)
                 : static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    std::printf("seed %llu, %zu inputs\n", static_cast<unsigned long long>(seed), corpus.size());
    std::fflush(stdout);
    run({});
    for (const Input& input : corpus) run(input);
    Numbers numbers(seed);
    for (int i = 0; i < 2000; ++i) run(mutated(corpus[numbers.below(corpus.size())], corpus, numbers));
    return 0;
}
