// The one hop into the GUI thread. Callbacks of the client come on any thread; they may only post
// here. After close(), or once the receiver is gone, posts are dropped.
#pragma once

#include <QObject>
#include <functional>
#include <memory>
#include <mutex>

namespace slipway::models
{

class GuiHop
{
public:
    // GUI thread. `receiver` lives in the GUI thread; its owner calls close() before it dies.
    explicit GuiHop(QObject *receiver) : m_receiver(receiver) {}

    // Any thread. The task runs later in the GUI thread, never inside this call.
    void post(std::function<void()> task)
    {
        const std::lock_guard lock(m_mutex);
        if (m_receiver != nullptr) {
            QMetaObject::invokeMethod(m_receiver, std::move(task), Qt::QueuedConnection);
        }
    }
    // GUI thread. What is queued already is dropped by Qt with the receiver.
    void close()
    {
        const std::lock_guard lock(m_mutex);
        m_receiver = nullptr;
    }

private:
    std::mutex m_mutex;
    QObject *m_receiver;
};

} // namespace slipway::models
