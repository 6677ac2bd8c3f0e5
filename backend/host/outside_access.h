// The way of one sandbox to networks beyond the fabric: a slirp4netns process that carries its
// connections in the operator's name. The machine's own loopback stays out of reach.
#pragma once

#include "backend/host/isolation.h"
#include "backend/sys/child_process.h"

#include <asio.hpp>
#include <functional>
#include <memory>
#include <string>

namespace slipway::host
{

std::filesystem::path outsideProgram(); // empty: not installed
// Why instances cannot reach the outside, and what to do about it; empty: they can.
std::string outsideProblem(IsolationLevel level, const std::filesystem::path &program);

// Ends with the object, and with the process that holds it, whatever kills that.
class OutsideAccess
{
public:
    struct Events {
        std::function<void()> ready;
        std::function<void(const std::string &cause)> lost; // ended by itself, perhaps at once
    };

    OutsideAccess(asio::io_context &io, const std::filesystem::path &program, int sandbox_pid,
                  const std::string &owner_mark, Events events);
    ~OutsideAccess();

    bool isReady() const { return m_state == State::Ready; }
    bool isOver() const { return m_state == State::Over; }

private:
    enum class State { Starting, Ready, Over };

    void start(const std::filesystem::path &program, int sandbox_pid,
               const std::string &owner_mark);
    void waitUntilReady();
    void end(const std::string &cause);

    asio::io_context &m_io;
    const Events m_events;
    State m_state = State::Starting;
    int m_held_fd = -1; // slirp4netns ends when this is closed
    asio::posix::stream_descriptor m_ready;
    char m_signal = 0; // what comes over m_ready
    std::unique_ptr<sys::ProcessWatch> m_process;
    std::shared_ptr<bool> m_alive;
};

} // namespace slipway::host
