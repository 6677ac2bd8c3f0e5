#include "backend/agent/endpoints.h"

namespace slipway::agent
{

namespace
{
constexpr std::chrono::milliseconds kRetry{1'000};
} // namespace

Endpoints::Endpoints(asio::io_context &io, Send send) : m_retry(io), m_send(std::move(send)) {}

void Endpoints::request(const std::string &endpoint, OnSocket on_socket)
{
    m_wanted[endpoint] = std::move(on_socket);
    close(endpoint); // the first word about it brings its socket
    askAgainLater();
}

void Endpoints::tell(const std::string &endpoint, bool open)
{
    v1::AgentMessage message;
    message.mutable_endpoint()->set_endpoint(endpoint);
    message.mutable_endpoint()->set_open(open);
    m_send(message);
}

void Endpoints::arrived(const v1::EndpointSocket &told, int descriptor)
{
    sys::ListeningSocket socket(descriptor); // refuses, when nobody waits for it
    const auto found = m_wanted.extract(told.endpoint());
    if (!found.empty() && socket.isOpen())
        found.mapped()(std::move(socket), told.path());
}

void Endpoints::askAgainLater()
{
    m_retry.expires_after(kRetry);
    m_retry.async_wait([this](std::error_code error) {
        if (error || m_wanted.empty())
            return;
        for (const auto &[endpoint, waiter] : m_wanted)
            close(endpoint);
        askAgainLater();
    });
}

} // namespace slipway::agent
