#include "core/store/database.h"

#include "core/base/check.h"

#include <sqlite3.h>

#include <array>
#include <filesystem>

namespace duplex::store {

namespace {

struct TableName {
    Table table;
    const char* name;
};

constexpr std::array table_names{
    TableName{Table::meta, "meta"},
    TableName{Table::key_chain, "key_chain"},
    TableName{Table::coins, "coins"},
    TableName{Table::history, "history"},
    TableName{Table::labels, "labels"},
    TableName{Table::channels, "channels"},
    TableName{Table::channel_facts, "channel_facts"},
    TableName{Table::revoked_htlcs, "revoked_htlcs"},
    TableName{Table::chain_spends, "chain_spends"},
    TableName{Table::outbox, "outbox"},
    TableName{Table::preimages, "preimages"},
    TableName{Table::payments, "payments"},
    TableName{Table::invoices, "invoices"},
    TableName{Table::moves, "moves"},
    TableName{Table::requests, "requests"},
    TableName{Table::peers, "peers"},
    TableName{Table::activity, "activity"},
    TableName{Table::aliases, "aliases"},
    TableName{Table::checkpoints, "checkpoints"},
};

std::string nameOf(Table table) {
    for (const TableName& entry : table_names) {
        if (entry.table == table) return entry.name;
    }
    check(false, "every table has a name");
    return {};
}

/// A prepared statement, finalised at the end of its scope.
class Statement {
public:
    Statement(sqlite3* handle, const std::string& sql) {
        m_code = sqlite3_prepare_v2(handle, sql.c_str(), -1, &m_statement, nullptr);
    }
    ~Statement() { sqlite3_finalize(m_statement); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    int prepared() const { return m_code; }
    void bind(int index, ByteView bytes) {
        static constexpr std::uint8_t nothing = 0;
        const void* data = bytes.empty() ? &nothing : bytes.data();
        sqlite3_bind_blob64(m_statement, index, data, bytes.size(), SQLITE_TRANSIENT);
    }
    void bind(int index, const std::string& text) {
        sqlite3_bind_text(m_statement, index, text.c_str(), -1, SQLITE_TRANSIENT);
    }
    void bind(int index, std::int64_t value) { sqlite3_bind_int64(m_statement, index, value); }
    int step() { return sqlite3_step(m_statement); }
    void reset() { sqlite3_reset(m_statement); }
    Bytes blob(int column) const {
        const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(m_statement, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column));
        return data == nullptr ? Bytes{} : Bytes(data, data + size);
    }
    std::int64_t number(int column) const { return sqlite3_column_int64(m_statement, column); }
    std::string text(int column) const {
        const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(m_statement, column));
        return data == nullptr ? std::string{} : std::string(data);
    }

private:
    sqlite3_stmt* m_statement = nullptr;
    int m_code = SQLITE_OK;
};

int execute(sqlite3* handle, const std::string& sql) {
    return sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr);
}

std::string pragma(sqlite3* handle, const std::string& name) {
    Statement statement(handle, "PRAGMA " + name);
    if (statement.prepared() != SQLITE_OK || statement.step() != SQLITE_ROW) return {};
    return statement.text(0);
}

OpenError openError(OpenError::Kind kind, sqlite3* handle) {
    return {kind, sqlite3_errmsg(handle)};
}

OpenError classified(int code, sqlite3* handle) {
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return openError(OpenError::Kind::in_use, handle);
    case SQLITE_NOTADB:
        return openError(OpenError::Kind::not_a_database, handle);
    case SQLITE_CORRUPT:
        return openError(OpenError::Kind::damaged, handle);
    default:
        return openError(OpenError::Kind::cannot_open, handle);
    }
}

/// WAL alone with NORMAL would lose the last commits on power loss (threats 113): the settings are read back.
std::optional<OpenError> applySettings(sqlite3* handle) {
    sqlite3_busy_timeout(handle, 0);
    const int code =
        execute(handle, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                        "PRAGMA fullfsync=1; PRAGMA checkpoint_fullfsync=1; PRAGMA foreign_keys=1;"
                        "BEGIN EXCLUSIVE; COMMIT;");
    if (code != SQLITE_OK) return classified(code, handle);
    if (pragma(handle, "journal_mode") != "wal" || pragma(handle, "synchronous") != "2") {
        return OpenError{OpenError::Kind::unsafe_settings,
                         "the file system does not allow write-ahead logging with full sync"};
    }
    return std::nullopt;
}

std::optional<OpenError> migrate(sqlite3* handle) {
    const int found = std::atoi(pragma(handle, "user_version").c_str());
    if (found > schema_version) {
        return OpenError{OpenError::Kind::newer_schema, "schema " + std::to_string(found)};
    }
    if (found == schema_version) return std::nullopt;
    std::string sql = "BEGIN IMMEDIATE;";
    for (const TableName& entry : table_names) {
        sql += "CREATE TABLE IF NOT EXISTS " + std::string(entry.name) +
               " (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;";
    }
    sql += "PRAGMA user_version=" + std::to_string(schema_version) + "; COMMIT;";
    if (execute(handle, sql) == SQLITE_OK) return std::nullopt;
    OpenError error = openError(OpenError::Kind::migration_failed, handle);
    execute(handle, "ROLLBACK");
    return error;
}

Bytes nextPrefix(Bytes prefix) {
    while (!prefix.empty() && prefix.back() == 0xff) prefix.pop_back();
    if (!prefix.empty()) ++prefix.back();
    return prefix;
}

} // namespace

std::string textOf(const OpenError& error) {
    switch (error.kind) {
    case OpenError::Kind::cannot_open:
        return "The wallet's database cannot be opened (" + error.detail +
               "). Check that the folder exists and is writable.";
    case OpenError::Kind::in_use:
        return "The wallet's database is open in another program. Close that one first.";
    case OpenError::Kind::not_a_database:
        return "The file is not a Duplex database. It was left as it is; restore from your words and the "
               "channel backup file.";
    case OpenError::Kind::damaged:
        return "The wallet's database is damaged (" + error.detail +
               "). It was left as it is. Restore from your words and the channel backup file into a new "
               "folder.";
    case OpenError::Kind::newer_schema:
        return "The database was written by a newer Duplex (" + error.detail +
               "). Use that version; nothing was changed.";
    case OpenError::Kind::unsafe_settings:
        return "The folder does not allow safe writing (" + error.detail +
               "). Move the data directory to a local disk.";
    case OpenError::Kind::migration_failed:
        return "The database could not be brought to this version (" + error.detail +
               "). Nothing was changed.";
    }
    return {};
}

void Changes::put(Table table, ByteView key, ByteView value) {
    m_rows.push_back({table, toBytes(key), toBytes(value)});
}

void Changes::erase(Table table, ByteView key) {
    m_rows.push_back({table, toBytes(key), std::nullopt});
}

void Changes::append(Changes&& other) {
    for (Row& row : other.m_rows) m_rows.push_back(std::move(row));
    other.m_rows.clear();
}

std::expected<std::unique_ptr<Database>, OpenError> Database::open(const std::string& path,
                                                                   const Options& options) {
    sqlite3* handle = nullptr;
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (options.must_exist ? 0 : SQLITE_OPEN_CREATE);
    const int code =
        sqlite3_open_v2(path.c_str(), &handle, flags, options.vfs.empty() ? nullptr : options.vfs.c_str());
    std::unique_ptr<Database> database(new Database(handle));
    if (code != SQLITE_OK) return std::unexpected(classified(code, handle));
    sqlite3_extended_result_codes(handle, 1);
    if (auto error = applySettings(handle)) return std::unexpected(*error);
    if (pragma(handle, "quick_check") != "ok") {
        return std::unexpected(OpenError{OpenError::Kind::damaged, "quick_check failed"});
    }
    if (auto error = migrate(handle)) return std::unexpected(*error);
    return database;
}

Database::~Database() {
    sqlite3_close_v2(m_handle);
}

std::expected<Receipt, WriteError> Database::commit(const Changes& changes) {
    if (m_failed) return std::unexpected(WriteError{SQLITE_IOERR, "an earlier write failed"});
    if (changes.empty()) return Receipt(++m_commits);
    const auto fail = [this](int code) {
        WriteError error{code, sqlite3_errmsg(m_handle)};
        execute(m_handle, "ROLLBACK");
        m_failed = true;
        return std::unexpected(std::move(error));
    };
    if (const int code = execute(m_handle, "BEGIN IMMEDIATE"); code != SQLITE_OK) return fail(code);
    for (const Changes::Row& row : changes.m_rows) {
        const std::string table = nameOf(row.table);
        Statement statement(
            m_handle, row.value ? "INSERT INTO " + table +
                                      " (key, value) VALUES (?1, ?2) ON CONFLICT(key) DO UPDATE SET value=?2"
                                : "DELETE FROM " + table + " WHERE key=?1");
        if (statement.prepared() != SQLITE_OK) return fail(statement.prepared());
        statement.bind(1, row.key);
        if (row.value) statement.bind(2, *row.value);
        if (const int code = statement.step(); code != SQLITE_DONE) return fail(code);
    }
    if (const int code = execute(m_handle, "COMMIT"); code != SQLITE_OK) return fail(code);
    return Receipt(++m_commits);
}

std::optional<Bytes> Database::read(Table table, ByteView key) const {
    Statement statement(m_handle, "SELECT value FROM " + nameOf(table) + " WHERE key=?1");
    statement.bind(1, key);
    const int code = statement.prepared() == SQLITE_OK ? statement.step() : statement.prepared();
    if (code == SQLITE_ROW) return statement.blob(0);
    if (code != SQLITE_DONE) m_failed = true;
    return std::nullopt;
}

std::vector<Row> Database::scan(Table table, ByteView prefix, Order order, std::size_t limit) const {
    const Bytes end = nextPrefix(toBytes(prefix));
    const std::string sql = "SELECT key, value FROM " + nameOf(table) + " WHERE key >= ?1" +
                            (end.empty() ? "" : " AND key < ?2") + " ORDER BY key " +
                            (order == Order::ascending ? "ASC" : "DESC") + " LIMIT ?3";
    Statement statement(m_handle, sql);
    std::vector<Row> rows;
    statement.bind(1, prefix);
    if (!end.empty()) statement.bind(2, end);
    statement.bind(3, limit > static_cast<std::size_t>(INT64_MAX) ? INT64_MAX
                                                                  : static_cast<std::int64_t>(limit));
    int code = statement.prepared();
    if (code == SQLITE_OK) code = statement.step();
    for (; code == SQLITE_ROW; code = statement.step())
        rows.push_back({statement.blob(0), statement.blob(1)});
    if (code != SQLITE_DONE) m_failed = true;
    return rows;
}

std::size_t Database::count(Table table) const {
    Statement statement(m_handle, "SELECT count(*) FROM " + nameOf(table));
    if (statement.prepared() != SQLITE_OK || statement.step() != SQLITE_ROW) {
        m_failed = true;
        return 0;
    }
    return static_cast<std::size_t>(statement.number(0));
}

std::expected<void, WriteError> Database::copyTo(const std::string& path) const {
    Statement statement(m_handle, "VACUUM INTO ?1");
    if (statement.prepared() != SQLITE_OK)
        return std::unexpected(WriteError{statement.prepared(), sqlite3_errmsg(m_handle)});
    statement.bind(1, path);
    if (const int code = statement.step(); code != SQLITE_DONE)
        return std::unexpected(WriteError{code, sqlite3_errmsg(m_handle)});
    return {};
}

void discardDatabase(const std::string& path) {
    std::error_code ignored; // what is left is found damaged again
    for (const char* suffix : {"", "-wal", "-shm", "-journal"})
        std::filesystem::remove(path + suffix, ignored);
}

} // namespace duplex::store
