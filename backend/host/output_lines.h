// What a program of the host's own writes to its standard streams, line by line.
#pragma once

#include <array>
#include <asio.hpp>
#include <functional>
#include <memory>
#include <string>

namespace slipway::host
{

class OutputLines : public std::enable_shared_from_this<OutputLines>
{
public:
    using OnLine = std::function<void(const std::string &line)>;

    OutputLines(asio::io_context &io, OnLine on_line);
    // The end to give to a program; -1 when there is no pipe to be had. Closed by closeWriteEnd().
    int open();
    void closeWriteEnd();
    void stop();
    // Of its last lines the one that says why it failed; empty: it said nothing.
    std::string tellingLine() const;
    // Reads nothing more until goOn(), so that whoever writes has to wait.
    void hold() { m_held = true; }
    void goOn();

private:
    void read();
    void take(std::size_t count);
    void keep(const std::string &line);

    asio::posix::stream_descriptor m_read_end;
    int m_write_end = -1;
    bool m_held = false;
    bool m_waits = false; // to be allowed to read on
    OnLine m_on_line;
    std::array<char, 4096> m_buffer{};
    std::string m_partial;
    std::string m_last_words; // its last lines, each with its end
};

} // namespace slipway::host
