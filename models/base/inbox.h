// Merges what comes from other threads into one pending batch and delivers it in the GUI thread at
// the GUI's own pace: at most one batch per kFrameMs, however fast the fabric talks. Messages of an
// older epoch (an earlier subscription) are dropped.
#pragma once

#include "models/base/gui_hop.h"

#include <QElapsedTimer>
#include <QTimer>
#include <cstdint>
#include <mutex>
#include <utility>

namespace slipway::models
{

inline constexpr int kFrameMs = 33;

template <typename Batch> class Inbox
{
    struct Core;

public:
    using Deliver = std::function<void(Batch)>; // GUI thread

    explicit Inbox(Deliver deliver)
        : m_core(std::make_shared<Core>()), m_timer(std::make_unique<QTimer>())
    {
        m_core->deliver = std::move(deliver);
        m_timer->setSingleShot(true);
        m_core->hop = std::make_unique<GuiHop>(m_timer.get());
        m_core->timer = m_timer.get();
        QObject::connect(m_timer.get(), &QTimer::timeout, m_timer.get(),
                         [core = m_core.get()] { core->drain(); });
    }
    ~Inbox() { m_core->hop->close(); }
    Inbox(const Inbox &) = delete;
    Inbox &operator=(const Inbox &) = delete;

    // Copied into callbacks of other threads; outlives the inbox without harm.
    class Sender
    {
    public:
        // Any thread. `merge` changes the pending batch under the lock; it must not block.
        template <typename Merge> void send(Merge merge) const
        {
            const std::lock_guard lock(m_core->mutex);
            if (m_epoch != m_core->epoch) {
                return;
            }
            merge(m_core->pending);
            if (!std::exchange(m_core->posted, true)) {
                m_core->hop->post([core = m_core.get()] { core->pace(); });
            }
        }

    private:
        friend class Inbox;
        std::shared_ptr<typename Inbox::Core> m_core;
        std::uint64_t m_epoch = 0;
    };

    // GUI thread. Starts a new epoch: what is pending and what older senders still say is dropped.
    Sender newEpoch()
    {
        const std::lock_guard lock(m_core->mutex);
        m_core->pending = Batch();
        Sender sender;
        sender.m_core = m_core;
        sender.m_epoch = ++m_core->epoch;
        return sender;
    }

private:
    // A batch may have `bool heldBack() const`: while it is true nothing is delivered.
    struct Core {
        std::mutex mutex;
        Batch pending{};
        bool posted = false; // a drain is on its way
        std::uint64_t epoch = 0;
        std::unique_ptr<GuiHop> hop;
        QTimer *timer = nullptr;
        QElapsedTimer since_last;
        Deliver deliver;

        void pace()
        {
            const auto elapsed = since_last.isValid() ? since_last.elapsed() : kFrameMs;
            if (elapsed >= kFrameMs) {
                drain();
            } else {
                timer->start(static_cast<int>(kFrameMs - elapsed));
            }
        }
        void drain()
        {
            Batch batch;
            {
                const std::lock_guard lock(mutex);
                posted = false;
                if constexpr (requires { pending.heldBack(); }) {
                    if (pending.heldBack()) {
                        return;
                    }
                }
                batch = std::exchange(pending, Batch());
            }
            since_last.start();
            deliver(std::move(batch));
        }
    };

    std::shared_ptr<Core> m_core;
    std::unique_ptr<QTimer> m_timer;
};

} // namespace slipway::models
