// What comes out of an agent's channel, written by whoever took it over: frames of any kind and
// size, cut anywhere. The host never waits for them nor reads beyond them, and what it takes of
// them is in range, one line, and within its budget.
#include "backend/host/agent_link.h"
#include "backend/host/agent_words.h"
#include "backend/host/report_gate.h"
#include "backend/sys/text.h"

#include <algorithm>
#include <asio/local/connect_pair.hpp>
#include <cstdint>
#include <cstdlib>

using namespace slipway;
using namespace slipway::host;

namespace
{

constexpr std::int64_t kNow_ms = 1'800'000'000'000;
constexpr std::size_t kBytesMax = 64 * 1024; // what a socket holds without a reader
constexpr std::uint64_t kMemory_bytes = 1'750'000'000;

void expect(bool holds)
{
    if (!holds)
        std::abort();
}

void expectLine(const std::string &text)
{
    expect(text.size() <= kTextBytesMax && sys::visible(text) == text);
}

// As the controller would get it: proto3 refuses other bytes than UTF-8.
template <typename Message> void expectReadable(const Message &message)
{
    Message read;
    expect(read.ParseFromString(message.SerializeAsString()));
    expect(read.SerializeAsString() == message.SerializeAsString());
}

void takeStatus(const v1::InstanceStatus &said)
{
    const auto status = believedStatus(said, kNow_ms);
    if (!status)
        return;
    expectReadable(*status);
    expectLine(status->reason());
    expectLine(status->error_code());
    for (const std::string &warning : status->warnings())
        expectLine(warning);
    expect(status->warnings_size() <= kWarningsMax && status->targets_size() == 0);
    expect(status->name().empty() && status->deployment_id().empty());
    expect(status->isolation().empty() && !status->present() && status->agent_pid() == 0);
    expect(status->program_pid() >= 0 && std::abs(status->exit_code()) <= 255);
    expect(believedStatus(*status, kNow_ms)->SerializeAsString() == status->SerializeAsString());
}

void takeHappening(const v1::Happening &said)
{
    const auto happening = believedHappening(said, kNow_ms);
    if (!happening)
        return;
    expectReadable(*happening);
    for (const std::string *text :
         {&happening->kind(), &happening->message(), &happening->cause(), &happening->reaction()})
        expectLine(*text);
    expect(happening->deployment_id().empty() && happening->instance().empty());
}

void takeSample(const v1::MetricSample &said)
{
    const v1::MetricSample sample = believedSample(said, kMemory_bytes, kNow_ms);
    expectReadable(sample);
    expect(sample.requests() == 0 && sample.latency_p99_us() == 0 && sample.instance().empty());
    expect(sample.memory_limit_bytes() == kMemory_bytes && sample.interval_ms() > 0);
}

void takeLines(const v1::AgentLog &log)
{
    for (const v1::LogLine &said : log.lines()) {
        const v1::LogLine line = believedLine(said, "Web_IN_0", kNow_ms * 1000);
        expectReadable(line);
        expect(line.instance() == "Web_IN_0" && line.text().find('\n') == std::string::npos);
        expect(line.time_us() <= kNow_ms * 1000);
    }
}

// The first three bytes of an input: how it is cut, and how fast it is said to come.
struct Plan {
    std::size_t piece = 1;
    std::int64_t between_ms = 0;
};

class Host
{
public:
    explicit Host(sys::ChannelPtr channel) : m_link(std::make_shared<AgentLink>(std::move(channel)))
    {
        m_link->start([this](v1::AgentMessage &message, std::size_t size) { take(message, size); },
                      [this](std::size_t) { m_gate.drop(); },
                      [this](std::size_t bytes) { weigh(bytes); }, [this] { m_closed = true; });
    }
    ~Host() { m_link->close(); }
    bool closed() const { return m_closed; }
    void later(std::int64_t passed_ms)
    {
        m_now_ms += passed_ms;
        if (m_held && m_gate.mayReadOn(m_now_ms)) {
            m_held = false;
            m_link->goOn();
        }
    }

private:
    void weigh(std::size_t size)
    {
        if (m_gate.admit(m_now_ms, size))
            return;
        m_link->hold();
        m_held = true;
    }
    void take(const v1::AgentMessage &message, std::size_t weight)
    {
        expect(message.ByteSizeLong() <= AgentLink::kMessageBytesMax);
        expect(weight >= 64 * std::size_t(message.log().lines_size()));
        weigh(weight);
        takeStatus(message.status());
        takeHappening(message.happening());
        takeSample(message.metrics());
        takeLines(message.log());
        if (!m_gate.statuses.take(m_now_ms))
            m_gate.drop();
    }

    ReportGate m_gate;
    std::int64_t m_now_ms = 0;
    bool m_held = false;
    bool m_closed = false;
    std::shared_ptr<AgentLink> m_link;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size < 3)
        return 0;
    const Plan plan{1 + std::size_t(data[0]) * 257, data[1]};
    std::string_view bytes(reinterpret_cast<const char *>(data) + 2, std::min(size - 2, kBytesMax));
    asio::io_context io;
    asio::local::stream_protocol::socket ours(io);
    asio::local::stream_protocol::socket theirs(io);
    asio::local::connect_pair(ours, theirs);
    Host host(std::make_shared<sys::MessageChannel>(std::move(ours)));
    while (!bytes.empty()) {
        const std::size_t piece = std::min(plan.piece, bytes.size());
        theirs.non_blocking(true);
        std::error_code error;
        const std::size_t sent = theirs.write_some(asio::buffer(bytes.data(), piece), error);
        bytes.remove_prefix(sent);
        io.poll();
        io.restart();
        host.later(plan.between_ms + (error ? 1000 : 0)); // it waits; time goes on
    }
    theirs.close();
    for (int i = 0; i < 10'000 && !host.closed(); ++i) {
        io.poll();
        io.restart();
        host.later(1000);
    }
    expect(host.closed()); // nothing that it announced is waited for
    return 0;
}
