#include "backend/host/endpoint_sockets.h"

#include "backend/sys/paths.h"

#include <algorithm>

namespace slipway::host
{

namespace fs = std::filesystem;

EndpointSockets::EndpointSockets(fs::path shown, fs::path hidden)
    : m_shown(std::move(shown)), m_hidden(std::move(hidden))
{
}

EndpointSockets::~EndpointSockets()
{
    clear();
}

fs::path EndpointSockets::path(const std::string &endpoint) const
{
    return m_shown / (sys::shortHash(endpoint) + ".sock");
}

fs::path EndpointSockets::hiddenPath(const std::string &endpoint) const
{
    return m_hidden / (m_shown.parent_path().filename().string() + "-" +
                       m_shown.filename().string() + "-" + sys::shortHash(endpoint));
}

int EndpointSockets::descriptor(const std::string &endpoint) const
{
    const auto found = m_sockets.find(endpoint);
    return found == m_sockets.end() ? -1 : found->second.descriptor();
}

void EndpointSockets::forget(const std::string &endpoint)
{
    std::error_code ignored;
    fs::remove(path(endpoint), ignored);
    fs::remove(hiddenPath(endpoint), ignored);
    m_sockets.erase(endpoint);
}

Result<bool> EndpointSockets::say(const std::string &endpoint, bool open)
{
    const auto found = m_sockets.find(endpoint);
    const bool given_up = found != m_sockets.end() && found->second.refuses();
    if (given_up) {
        forget(endpoint);
        if (!open)
            return false;
    }
    const bool fresh = !m_sockets.contains(endpoint);
    if (fresh) {
        auto made = sys::ListeningSocket::make(path(endpoint), hiddenPath(endpoint));
        if (!made)
            return Failure(made.error());
        m_sockets[endpoint] = std::move(*made);
    }
    std::error_code ignored; // it is where it shall be already
    if (open)
        fs::rename(hiddenPath(endpoint), path(endpoint), ignored);
    else
        fs::rename(path(endpoint), hiddenPath(endpoint), ignored);
    return fresh;
}

bool EndpointSockets::someAreGone() const
{
    const auto surely_gone = [](const fs::path &file) {
        std::error_code error;
        return fs::symlink_status(file, error).type() == fs::file_type::not_found;
    };
    return std::any_of(m_sockets.begin(), m_sockets.end(), [&](const auto &socket) {
        return surely_gone(path(socket.first)) && surely_gone(hiddenPath(socket.first));
    });
}

void EndpointSockets::clear()
{
    while (!m_sockets.empty())
        forget(m_sockets.begin()->first);
}

} // namespace slipway::host
