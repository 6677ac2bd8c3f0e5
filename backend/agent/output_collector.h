// Catches what programs write, line by line with time and stream, and passes it on in batches.
#pragma once

#include "backend/agent/line_splitter.h"
#include "slipway/v1/machine.pb.h"

#include <asio.hpp>
#include <functional>
#include <list>
#include <memory>

namespace slipway::agent
{

class OutputCollector
{
public:
    static constexpr std::size_t kQueuedBytesMax = 4 * 1024 * 1024;
    static constexpr int kBatchLines = 64;
    static constexpr int kBatchDelay_ms = 50;

    using Send = std::function<void(const v1::AgentLog &)>;
    using QueuedBytes = std::function<std::size_t()>; // what the sender holds back already

    OutputCollector(asio::io_context &io, std::string instance, Send send, QueuedBytes queued);
    ~OutputCollector();

    // A new pipe's end for a program to write to; the caller closes it after the start. -1: no
    // descriptors left.
    int openPipe(v1::LogLine::Stream stream, LineSplitter::OnLine also = {});
    // Takes what lies in the pipes, before the loop gets to it.
    void readNow();
    void say(const std::string &text); // the agent's own words
    void flush();                      // sends what has come so far, complete lines or not
    bool idle() const { return m_pipes.empty(); }

private:
    struct Pipe {
        Pipe(asio::io_context &io, LineSplitter::OnLine on_line)
            : descriptor(io), splitter(std::move(on_line))
        {
        }
        asio::posix::stream_descriptor descriptor;
        LineSplitter splitter;
        std::array<char, 16 * 1024> buffer{};
    };
    using PipePtr = std::shared_ptr<Pipe>;

    void read(const PipePtr &pipe);
    void readLater();
    void add(v1::LogLine::Stream stream, std::string text);
    void sendLater();
    void send();

    asio::io_context &m_io;
    std::string m_instance;
    Send m_send;
    QueuedBytes m_queued;
    asio::steady_timer m_batch_timer;
    asio::steady_timer m_pause_timer;
    std::list<PipePtr> m_pipes;
    std::list<PipePtr> m_paused; // a full pipe stops its program, as a slow terminal does
    v1::AgentLog m_batch;
    bool m_timer_runs = false;
};

} // namespace slipway::agent
