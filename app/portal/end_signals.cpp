#include "app/portal/end_signals.h"

#include "backend/sys/end_signals.h"

#include <asio.hpp>
#include <csignal>
#include <thread>

namespace slipway::portal
{

struct EndSignals::Impl {
    asio::io_context io;
    asio::signal_set signals{io};
    std::thread thread;
};

EndSignals::EndSignals(std::function<void()> asked) : m_impl(std::make_unique<Impl>())
{
    for (const int number : sys::endSignals())
        m_impl->signals.add(number);
    m_impl->signals.async_wait(
        [signals = &m_impl->signals, asked = std::move(asked)](std::error_code error, int) {
            if (!error) {
                signals->clear();
                asked();
            }
        });
    m_impl->thread = std::thread([io = &m_impl->io] { io->run(); });
}

EndSignals::~EndSignals()
{
    m_impl->io.stop();
    m_impl->thread.join();
}

} // namespace slipway::portal
