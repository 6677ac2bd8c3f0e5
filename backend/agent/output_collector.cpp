#include "backend/agent/output_collector.h"

#include "backend/sys/clock.h"

#include <fcntl.h>
#include <unistd.h>

namespace slipway::agent
{

namespace
{
constexpr int kReadsMax = 8; // of 16 KiB: more than a pipe holds
}

OutputCollector::OutputCollector(asio::io_context &io, std::string instance, Send send,
                                 QueuedBytes queued)
    : m_io(io), m_instance(std::move(instance)), m_send(std::move(send)),
      m_queued(std::move(queued)), m_batch_timer(io), m_pause_timer(io)
{
}

OutputCollector::~OutputCollector()
{
    std::error_code ignored;
    for (const PipePtr &pipe : m_pipes)
        pipe->descriptor.close(ignored);
}

int OutputCollector::openPipe(v1::LogLine::Stream stream, LineSplitter::OnLine also)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    auto pipe =
        std::make_shared<Pipe>(m_io, [this, stream, also = std::move(also)](std::string line) {
            if (also)
                also(line);
            add(stream, std::move(line));
        });
    pipe->descriptor.assign(ends[0]);
    pipe->descriptor.non_blocking(true);
    m_pipes.push_back(pipe);
    read(pipe);
    return ends[1];
}

void OutputCollector::read(const PipePtr &pipe)
{
    if (m_queued() > kQueuedBytesMax) {
        m_paused.push_back(pipe);
        return readLater();
    }
    pipe->descriptor.async_read_some(asio::buffer(pipe->buffer),
                                     [this, pipe](std::error_code error, std::size_t size) {
                                         if (error == asio::error::operation_aborted)
                                             return;
                                         pipe->splitter.feed({pipe->buffer.data(), size});
                                         if (!error)
                                             return read(pipe);
                                         pipe->splitter.finish();
                                         m_pipes.remove(pipe);
                                     });
}

void OutputCollector::readNow()
{
    for (const PipePtr &pipe : m_pipes) {
        std::error_code error;
        std::array<char, 16 * 1024> bytes{};
        for (int i = 0; i < kReadsMax && !error; ++i) {
            const std::size_t size = pipe->descriptor.read_some(asio::buffer(bytes), error);
            pipe->splitter.feed({bytes.data(), size});
        }
    }
}

void OutputCollector::readLater()
{
    m_pause_timer.expires_after(std::chrono::milliseconds(kBatchDelay_ms));
    m_pause_timer.async_wait([this](std::error_code error) {
        if (error)
            return;
        std::list<PipePtr> paused;
        paused.swap(m_paused);
        for (const PipePtr &pipe : paused)
            read(pipe);
    });
}

void OutputCollector::say(const std::string &text)
{
    add(v1::LogLine::AGENT, toUtf8(text));
}

void OutputCollector::flush()
{
    for (const PipePtr &pipe : m_pipes)
        pipe->splitter.finish();
    send();
}

void OutputCollector::add(v1::LogLine::Stream stream, std::string text)
{
    v1::LogLine *line = m_batch.add_lines();
    line->set_time_us(sys::wallUs());
    line->set_instance(m_instance);
    line->set_stream(stream);
    line->set_text(std::move(text));
    if (m_batch.lines_size() >= kBatchLines)
        send();
    else
        sendLater();
}

void OutputCollector::sendLater()
{
    if (m_timer_runs)
        return;
    m_timer_runs = true;
    m_batch_timer.expires_after(std::chrono::milliseconds(kBatchDelay_ms));
    m_batch_timer.async_wait([this](std::error_code error) {
        if (error)
            return;
        m_timer_runs = false;
        send();
    });
}

void OutputCollector::send()
{
    if (m_batch.lines_size() == 0)
        return;
    m_send(m_batch);
    m_batch.Clear();
}

} // namespace slipway::agent
