#pragma once

#include <QCoreApplication>
#include <QMetaObject>
#include <QObject>
#include <QThreadPool>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace duplex::io {

/// Runs plain functions on a few threads; each result comes back as a call on the thread of the pool
/// object (the core thread), in no fixed order. Destroying the pool waits for running work, drops
/// queued work, and calls back nothing more.
class WorkerPool : public QObject {
    Q_OBJECT
public:
    /// threads = 0: one less than the machine has, at least one.
    explicit WorkerPool(int threads = 0, QObject* parent = nullptr);
    ~WorkerPool() override;

    /// `work` runs on a pool thread and must not touch anything that another thread may change;
    /// `done` runs on this object's thread with its result.
    template <typename Work, typename Done>
    void run(Work work, Done done) {
        using Result = std::invoke_result_t<Work>;
        start([this, work = std::move(work), done = std::move(done)]() mutable {
            if constexpr (std::is_void_v<Result>) {
                work();
                QMetaObject::invokeMethod(
                    this, [done = std::move(done)]() mutable { done(); }, Qt::QueuedConnection);
            } else {
                auto result = std::make_shared<Result>(work());
                QMetaObject::invokeMethod(
                    this,
                    [done = std::move(done), result = std::move(result)]() mutable {
                        done(std::move(*result));
                    },
                    Qt::QueuedConnection);
            }
        });
    }

    int threads() const { return m_pool.maxThreadCount(); }

private:
    void start(std::function<void()> job);

    QThreadPool m_pool;
};

} // namespace duplex::io
