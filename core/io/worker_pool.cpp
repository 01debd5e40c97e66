#include "core/io/worker_pool.h"

#include <QThread>

#include <algorithm>

namespace duplex::io {

WorkerPool::WorkerPool(int threads, QObject* parent) : QObject(parent) {
    m_pool.setMaxThreadCount(threads > 0 ? threads : std::max(1, QThread::idealThreadCount() - 1));
}

// Posted results die with this object: Qt drops the events of a destroyed receiver.
WorkerPool::~WorkerPool() {
    m_pool.clear();
    m_pool.waitForDone();
}

void WorkerPool::start(std::function<void()> job) {
    m_pool.start(std::move(job));
}

} // namespace duplex::io
