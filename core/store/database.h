#pragma once

#include "core/base/bytes.h"
#include "core/store/receipt.h"

#include <expected>
#include <memory>
#include <string>

struct sqlite3;

namespace duplex::store {

/// Tables of rows (key, versioned blob). What a blob means is the business of the room that wrote it; its
/// first byte is its version. A new table is a new line here and a migration.
enum class Table {
    meta,          // names of single values: counts, settings, birthday
    key_chain,     // address chains: next indexes, labels' scripts
    coins,         // outpoint -> coin
    history,       // txid -> wallet transaction
    labels,        // script -> label
    channels,      // channel id -> whole channel state
    channel_facts, // channel id -> what the shell knows beside it: peer address, timeline, close facts
    revoked_htlcs, // channel id, direction, HTLC id -> a settled HTLC of revoked remote commitments
                   // (penalties)
    chain_spends,  // outpoint -> transaction that spent it, height (channel outputs and their claims)
    outbox,        // txid -> own transaction to be announced until it is deep enough
    preimages,     // payment hash -> preimage
    payments,      // payment hash -> outgoing payment
    invoices,      // payment hash -> invoice and incoming payment
    moves,         // move id -> move
    requests,      // request id -> first result
    peers,         // node id -> last address
    activity,      // time, id -> line of the history
    aliases,       // short channel id alias -> channel id, for ever
    checkpoints,   // height -> hash of a header, every 2,016
};

/// What one turn of the event loop wants stored: all of it or nothing.
class Changes {
public:
    void put(Table table, ByteView key, ByteView value);
    void erase(Table table, ByteView key);
    bool empty() const { return m_rows.empty(); }
    void append(Changes&& other);

private:
    friend class Database;
    struct Row {
        Table table;
        Bytes key;
        std::optional<Bytes> value; // absent: erased
    };
    std::vector<Row> m_rows;
};

struct Row {
    Bytes key;
    Bytes value;
};

enum class Order { ascending, descending };

struct OpenError {
    enum class Kind {
        cannot_open,
        in_use,
        not_a_database,
        damaged,
        newer_schema,
        unsafe_settings,
        migration_failed
    };
    Kind kind = Kind::cannot_open;
    std::string detail; // SQLite's words; no row contents
};
/// What to do about it, for people.
std::string textOf(const OpenError& error);

struct WriteError {
    int code = 0; // SQLite's extended code
    std::string detail;
};

/// One SQLite file in WAL mode with synchronous=FULL, opened by this process alone. Not thread-safe: it lives
/// on the core thread.
class Database {
public:
    struct Options {
        std::string vfs; // tests: a file system that fails on purpose
        bool must_exist = false;
    };
    static std::expected<std::unique_ptr<Database>, OpenError> open(const std::string& path,
                                                                    const Options& options);
    static std::expected<std::unique_ptr<Database>, OpenError> open(const std::string& path) {
        return open(path, Options{});
    }
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Writes all rows in one transaction and syncs. After a failure nothing of it is stored and every later
    /// commit fails too: the caller freezes, says so, and starts again from disk (threats 114).
    std::expected<Receipt, WriteError> commit(const Changes& changes);
    bool failed() const { return m_failed; }

    /// What cannot be read is no row, and counts as a failed write: nothing is done on the ground of it.
    std::optional<Bytes> read(Table table, ByteView key) const;
    /// Rows whose key begins with `prefix`, in key order.
    std::vector<Row> scan(Table table, ByteView prefix = {}, Order order = Order::ascending,
                          std::size_t limit = SIZE_MAX) const;
    std::size_t count(Table table) const;
    /// A copy of the file as of the last commit, made while open (threats 118).
    std::expected<void, WriteError> copyTo(const std::string& path) const;

private:
    Database(sqlite3* handle) : m_handle(handle) {}
    sqlite3* m_handle = nullptr;
    std::uint64_t m_commits = 0;
    mutable bool m_failed = false; // a read can find it out too
};

/// Takes away a closed database with its log files: for caches, which may be lost. Never for a wallet's.
void discardDatabase(const std::string& path);

/// The schema that this program writes; a file with a higher one is refused (threats 118).
inline constexpr int schema_version = 1;

} // namespace duplex::store
