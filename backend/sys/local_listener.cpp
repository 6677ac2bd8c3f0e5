#include "backend/sys/local_listener.h"

#include "backend/sys/paths.h"

#include <spdlog/spdlog.h>

#ifndef _WIN32
#include <sys/stat.h>
#endif

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
#ifdef _WIN32
    std::error_code ignored;
    return fs::exists(path, ignored) ? 1 : 0;
#else
    struct stat facts {
    };
    return lstat(path.c_str(), &facts) == 0 ? std::uint64_t(facts.st_ino) : 0;
#endif
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
    std::error_code error;
    fs::remove(m_path, error);
    m_acceptor.open(asio::local::stream_protocol(), error);
    if (!error)
        m_acceptor.bind(asio::local::stream_protocol::endpoint(m_path.string()), error);
    if (!error)
        m_acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        std::error_code ignored;
        m_acceptor.close(ignored);
        return failure(v1::Error::UNAVAILABLE, "SOCKET_NOT_BOUND",
                       "Cannot listen on " + m_path.string() + ": " + error.message() + ".",
                       m_path.string());
    }
#ifndef _WIN32
    chmod(m_path.c_str(), m_mode);
#endif
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
    if (m_acceptor.is_open() && fileBehind(m_path) == m_file)
        return;
    *m_open = false; // handlers of the old socket
    m_retry.cancel();
    std::error_code ignored;
    m_acceptor.close(ignored);
    m_open = std::make_shared<bool>(true);
    const fs::path folder = m_path.parent_path();
    Result<void> done;
    if (!fs::exists(folder, ignored))
        done = makePrivateFolder(folder);
    if (done)
        done = bind();
    if (!done) {
        if (!std::exchange(m_told, true))
            spdlog::error("{} was removed and cannot be made anew: {}", m_path.string(),
                          done.error().message());
        return; // tried again at the next look
    }
    m_told = false;
    spdlog::warn("{} was removed by somebody; it was made anew.", m_path.string());
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
