#include "core/sandbox/block_file.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"

#include <QFile>
#include <QSaveFile>

namespace duplex::sandbox {

namespace {

QByteArray recordOf(const bitcoin::Block& block) {
    const Bytes bytes = bitcoin::serialized(block);
    const Bytes record = ByteWriter().u32le(static_cast<std::uint32_t>(bytes.size())).bytes(bytes).take();
    return QByteArray(reinterpret_cast<const char*>(record.data()), static_cast<qsizetype>(record.size()));
}

} // namespace

std::vector<bitcoin::Block> BlockFile::read() const {
    QFile file(QString::fromStdString(m_path));
    if (!file.open(QIODevice::ReadOnly)) return {};
    const QByteArray content = file.readAll();
    file.close();
    ByteReader reader(ByteView(reinterpret_cast<const std::uint8_t*>(content.constData()),
                               static_cast<std::size_t>(content.size())));
    std::vector<bitcoin::Block> blocks;
    qint64 whole = 0;
    while (reader.remaining() > 4) {
        const ByteView bytes = reader.view(reader.u32le());
        if (!reader.ok()) break;
        auto block = bitcoin::decodeBlock(bytes);
        if (!block) break;
        blocks.push_back(std::move(*block));
        whole = content.size() - static_cast<qint64>(reader.remaining());
    }
    if (whole < content.size()) file.resize(whole); // else the next block would stand behind the torn one
    return blocks;
}

bool BlockFile::append(const bitcoin::Block& block) const {
    QFile file(QString::fromStdString(m_path));
    return file.open(QIODevice::WriteOnly | QIODevice::Append) && file.write(recordOf(block)) >= 0 &&
           file.flush();
}

bool BlockFile::rewrite(const std::vector<const bitcoin::Block*>& blocks) const {
    QSaveFile file(QString::fromStdString(m_path));
    if (!file.open(QIODevice::WriteOnly)) return false;
    for (const bitcoin::Block* block : blocks)
        if (file.write(recordOf(*block)) < 0) return false;
    return file.commit();
}

} // namespace duplex::sandbox
