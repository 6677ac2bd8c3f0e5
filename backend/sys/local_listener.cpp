#include "backend/sys/local_listener.h"

#include "backend/sys/descriptor_passing.h"
#include "backend/sys/file_identity.h"
#include "backend/sys/own_socket.h"
#include "backend/sys/paths.h"

#include <spdlog/spdlog.h>

namespace slipway::sys
{

namespace fs = std::filesystem;

namespace
{

constexpr std::chrono::milliseconds kRetry{100};
constexpr std::chrono::milliseconds kLookAtFile{1'000};

// Which file bears the name; 0: none.
std::uint64_t fileBehind(const fs::path &path)
{
    const auto identity = identityOf(path);
    return identity ? identity->inode : 0;
}

Result<void> provideFolder(const fs::path &folder)
{
    std::error_code ignored;
    return fs::exists(folder, ignored) ? Result<void>() : makePrivateFolder(folder);
}

Failure notBound(const fs::path &socket, const std::string &why)
{
    return failure(v1::Error::UNAVAILABLE, "ADDRESS_NOT_BOUND",
                   "Cannot listen on " + socket.string() + ": " + why +
                       ". Is it taken by another program? End that one or choose another address.",
                   socket.string());
}

} // namespace

LocalListener::LocalListener(asio::io_context &io, OnAccept on_accept)
    : m_acceptor(io), m_retry(io), m_watch(io), m_on_accept(std::move(on_accept))
{
}

LocalListener::~LocalListener()
{
    close();
}

Result<void> LocalListener::listen(const fs::path &socket, unsigned mode)
{
    if (const auto checked = checkSocketPath(socket); !checked)
        return checked;
    m_path = socket;
    m_mode = mode;
    if (auto bound = bind(); !bound)
        return bound;
    m_open = std::make_shared<bool>(true);
    accept();
    watchFile();
    return {};
}

Result<void> LocalListener::bind()
{
    removeOwnSocket(m_path); // whoever else runs here would hold the folder's lock
    std::error_code error;
    m_acceptor.open(asio::local::stream_protocol(), error);
    if (!error)
        m_acceptor.bind(asio::local::stream_protocol::endpoint(m_path.string()), error);
    if (!error)
        fs::permissions(m_path, fs::perms(m_mode), error);
    if (!error)
        m_acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        std::error_code ignored;
        m_acceptor.close(ignored);
        return notBound(m_path, error.message());
    }
    closeOnExec(int(m_acceptor.native_handle()));
    m_file = fileBehind(m_path);
    return {};
}

void LocalListener::accept()
{
    m_acceptor.async_accept([this, open = m_open](std::error_code error, Socket socket) {
        // A visitor may have been taken in, and this handler queued, before the closing.
        if (!*open)
            return;
        if (error)
            return acceptLater();
        closeOnExec(int(socket.native_handle()));
        m_on_accept(std::move(socket));
        if (*open)
            accept();
    });
}

// Out of descriptors, say: the visitor stays in the queue, so that trying at once would spin.
void LocalListener::acceptLater()
{
    m_retry.expires_after(kRetry);
    m_retry.async_wait([this, open = m_open](std::error_code) {
        if (*open)
            accept();
    });
}

void LocalListener::watchFile()
{
    m_watch.expires_after(kLookAtFile);
    m_watch.async_wait([this, open = m_open](std::error_code error) {
        if (error || !*open)
            return;
        followFile();
        watchFile();
    });
}

// Those who are connected stay so; the old socket, which no name leads to any more, goes.
void LocalListener::followFile()
{
    const std::uint64_t now = fileBehind(m_path);
    if (m_acceptor.is_open() && now == m_file)
        return;
    Result<void> anew = notBound(m_path, "somebody put another file there");
    if (now == 0) {
        *m_open = false; // handlers of the old socket
        m_retry.cancel();
        std::error_code ignored;
        m_acceptor.close(ignored);
        m_open = std::make_shared<bool>(true);
        anew = provideFolder(m_path.parent_path());
        if (anew)
            anew = bind();
    }
    if (!anew && !std::exchange(m_told, true))
        spdlog::error("{} is gone, and tried again each second: {}", m_path.string(),
                      anew.error().message());
    if (!anew)
        return;
    m_told = false;
    spdlog::warn("{} was swept away and is made anew.", m_path.string());
    accept();
}

void LocalListener::close()
{
    if (!m_open || !*m_open)
        return;
    *m_open = false;
    m_retry.cancel();
    m_watch.cancel();
    std::error_code ignored;
    m_acceptor.close(ignored);
    if (fileBehind(m_path) == m_file)
        fs::remove(m_path, ignored);
}

} // namespace slipway::sys
