#include "backend/host/spawned_sandbox.h"

#include "backend/sys/descriptor_passing.h"

#include <sys/wait.h>
#include <utility>

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
    giveUpChannel();
    if (m_output)
        m_output->stop();
}

void SpawnedSandbox::holdOutput()
{
    if (m_output)
        m_output->hold();
}

void SpawnedSandbox::readOutputOn()
{
    if (m_output)
        m_output->goOn();
}

// From then on its end tells the host that nobody holds it any more.
void SpawnedSandbox::giveUpChannel()
{
    sys::closeDescriptor(std::exchange(m_spec.channel_fd, -1));
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
    request.channel_fd = m_spec.channel_fd;
    const auto pid = sys::spawn(request);
    m_output->closeWriteEnd();
    giveUpChannel();
    return pid;
}

std::string SpawnedSandbox::endOf(int status) const
{
    const std::string end = "its first process " + sys::describeExit(status);
    const bool gave_up = WIFEXITED(status) && WEXITSTATUS(status) != 0;
    const std::string words = gave_up ? m_output->tellingLine() : std::string();
    return words.empty() ? end : end + " and said: " + words;
}

void SpawnedSandbox::tellEnded(const std::string &cause)
{
    const Events events = m_events; // `ended` may destroy this
    events.ended(cause);
}

} // namespace slipway::host
