#include "backend/host/spawned_sandbox.h"

namespace slipway::host
{

SpawnedSandbox::SpawnedSandbox(asio::io_context &io, SandboxSpec spec, std::string owner_mark)
    : m_io(io), m_spec(std::move(spec)), m_owner_mark(std::move(owner_mark)),
      m_alive(std::make_shared<bool>(true))
{
}

SpawnedSandbox::~SpawnedSandbox()
{
    *m_alive = false;
    if (m_output)
        m_output->stop();
}

void SpawnedSandbox::hear(Events events)
{
    m_events = std::move(events);
    m_output = std::make_shared<OutputLines>(m_io, m_events.printed);
}

Result<int> SpawnedSandbox::spawn(sys::SpawnRequest request)
{
    sys::addMark(request.environment, m_owner_mark);
    request.stdout_fd = m_output->open();
    request.stderr_fd = request.stdout_fd;
    const auto pid = sys::spawn(request);
    m_output->closeWriteEnd();
    return pid;
}

void SpawnedSandbox::tellEnded(const std::string &cause)
{
    const Events events = m_events; // `ended` may destroy this
    events.ended(cause);
}

} // namespace slipway::host
