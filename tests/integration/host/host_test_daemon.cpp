// `slipwayd` of the host's tests: the real host, and the least agent that can stand in for the real
// one. It runs the role's program line in a shell and says so.
#include "backend/host/host.h"
#include "backend/host/outside_access.h"
#include "backend/sys/child_process.h"
#include "backend/sys/clock.h"
#include "backend/sys/message_channel.h"
#include "slipway/v1/machine.pb.h"

#include <csignal>
#include <cstdlib>
#include <map>
#include <string>
#include <unistd.h>

using namespace slipway;

namespace
{

using Arguments = std::map<std::string, std::string>; // "--id" -> "host-1"

class TestAgent
{
public:
    TestAgent(asio::io_context &io, const Arguments &arguments)
        : m_io(io), m_arguments(arguments), m_tick(io), m_end(io), m_flood(io)
    {
        connected(sys::inheritedChannel(io, sys::kChannelDescriptor).value());
    }

private:
    std::string at(const std::string &name, const std::string &otherwise) const
    {
        const auto found = m_arguments.find(name);
        return found == m_arguments.end() ? otherwise : found->second;
    }

    void connected(const sys::ChannelPtr &channel)
    {
        m_channel = channel;
        channel->start([this](std::string_view bytes) { told(bytes); },
                       [this](const std::string &) { end(); });
        v1::AgentMessage message;
        message.mutable_hello()->set_protocol(1);
        message.mutable_hello()->set_deployment_id(at("--deployment", ""));
        message.mutable_hello()->set_instance(at("--instance", ""));
        message.mutable_hello()->set_generation(std::stoull(at("--generation", "0")));
        channel->tell(message);
        tick();
    }

    void told(std::string_view bytes)
    {
        v1::AgentCommand command;
        if (!sys::parseMessage(bytes, command))
            return;
        if (command.has_stop())
            return stop(command.stop().grace_ms());
        if (!command.has_order())
            return; // an endpoint's socket, which nobody serves here
        const bool is_first = !m_order.has_role();
        m_order = command.order();
        if (is_first)
            startProgram();
    }

    // A program whose command begins with ":" takes all the time that it gets.
    void stop(std::uint32_t grace_ms)
    {
        log("may take " + std::to_string(grace_ms) + " ms");
        if (!m_order.role().entry_point().program_command_line().starts_with(':'))
            return end();
        m_end.expires_after(std::chrono::milliseconds(grace_ms));
        m_end.async_wait([this](std::error_code error) {
            if (!error)
                end();
        });
    }

    // A program line "hostile:<how>" makes an agent that was taken over.
    bool isHostile()
    {
        const std::string &line = m_order.role().entry_point().program_command_line();
        if (!line.starts_with("hostile:"))
            return false;
        report(v1::RoleInstance::ReadyRole, "", getpid());
        beHostile(line.substr(line.find(':') + 1));
        return true;
    }

    void beHostile(const std::string &how)
    {
        if (how == "flood")
            return flood();
        if (how == "lines")
            return floodLines();
        if (how == "endless")
            return forgeEndlessFrame();
        if (how == "frames")
            forgeFrames();
        if (how == "words")
            forgeWords();
        log("was hostile");
    }

    // As fast as the host takes it, and for good.
    void flood()
    {
        for (int i = 0; i < 200; ++i)
            report(v1::RoleInstance::State(4 + i % 3), std::string(60'000, char('a' + i % 26)), 1);
        m_flood.expires_after(
            std::chrono::milliseconds(m_channel->queuedBytes() > 1'000'000 ? 5 : 0));
        m_flood.async_wait([this](std::error_code error) {
            if (!error)
                flood();
        });
    }

    static void writeRaw(const std::string &bytes)
    {
        for (std::size_t sent = 0; sent < bytes.size();) {
            const ssize_t count =
                ::write(sys::kChannelDescriptor, bytes.data() + sent, bytes.size() - sent);
            if (count > 0)
                sent += std::size_t(count);
            else
                usleep(1'000);
        }
    }

    // Half a million empty lines a message, and as many on its standard output, for good.
    static void floodLines()
    {
        if (fork() == 0) {
            const std::string lines(64 * 1024, '\n');
            while (::write(1, lines.data(), lines.size()) > 0) {
            }
            _exit(0);
        }
        // Bytes that follow each other are merged into one message; as lines they would not fit
        // into the instance's memory.
        v1::AgentMessage line;
        line.mutable_log()->add_lines();
        std::string body;
        for (int i = 0; i < 500'000; ++i)
            body += line.SerializeAsString();
        for (;;)
            writeRaw(header(std::uint32_t(body.size())) + body);
    }

    static void forgeEndlessFrame()
    {
        writeRaw(header(0xFFFFFFFF));
        for (const std::string bytes(1024 * 1024, 'x');;)
            writeRaw(bytes);
    }

    static std::string header(std::uint32_t size)
    {
        std::string bytes;
        for (const int shift : {24, 16, 8, 0})
            bytes += char(size >> shift & 255);
        return bytes;
    }

    // Of every size: none, too large for the host, for its controller, and no message at all.
    static void forgeFrames()
    {
        writeRaw(std::string(4, '\0'));
        for (const std::uint32_t size : {1U, 3'000'000U, 17U * 1024 * 1024})
            writeRaw(header(size) + std::string(size, '\xff'));
    }

    void forgeWords()
    {
        v1::AgentMessage message;
        for (const char *endpoint : {"", "Other", "Web\nshow info", "../../etc/passwd"}) {
            message.mutable_endpoint()->set_endpoint(endpoint);
            message.mutable_endpoint()->set_open(true);
            m_channel->tell(message);
        }
        for (const char *kind : {"HostLost", "OutOfMemory", "InstanceState"}) {
            message.mutable_happening()->set_kind(kind);
            message.mutable_happening()->set_message("forged");
            m_channel->tell(message);
        }
        message.mutable_status()->set_state(v1::RoleInstance::DeletingVM);
        message.mutable_status()->set_reason("forged");
        m_channel->tell(message);
        message.mutable_metrics()->set_requests(1'000'000);
        message.mutable_metrics()->set_deployment_id("d2");
        m_channel->tell(message);
        message.mutable_hello()->set_instance("Web_IN_9");
        m_channel->tell(message);
    }

    void startProgram()
    {
        if (isHostile())
            return;
        sys::SpawnRequest request;
        request.arguments = {"/bin/sh", "-c", m_order.role().entry_point().program_command_line()};
        request.working_folder = at("--role", "/role");
        request.new_session = true;
        const auto pid = sys::spawn(request);
        if (!pid)
            return end();
        m_program = std::make_unique<sys::ProcessWatch>(
            m_io, *pid, [this](int status) { programEnded(status); });
        v1::AgentMessage open;
        open.mutable_endpoint()->set_endpoint("Web");
        open.mutable_endpoint()->set_open(true);
        m_channel->tell(open);
        report(v1::RoleInstance::ReadyRole, "", *pid);
        log("program started");
    }

    void programEnded(int status)
    {
        ++m_restarts;
        report(v1::RoleInstance::RestartingRole, "The program " + sys::describeExit(status), 0);
        asio::post(m_io, [this] { startProgram(); });
    }

    void report(v1::RoleInstance::State state, const std::string &reason, int pid)
    {
        v1::AgentMessage message;
        v1::InstanceStatus &status = *message.mutable_status();
        status.set_state(state);
        status.set_reason(reason);
        status.set_agent_pid(getpid());
        status.set_program_pid(pid);
        status.set_restarts(m_restarts);
        // What it says of targets counts for nothing.
        status.add_targets()->set_target("127.0.0.1:22\nshow info");
        m_channel->tell(message);
    }

    void log(const std::string &text)
    {
        v1::AgentMessage message;
        v1::LogLine &line = *message.mutable_log()->add_lines();
        line.set_time_us(sys::wallUs());
        line.set_stream(v1::LogLine::OUT);
        line.set_text(text);
        m_channel->tell(message);
    }

    void tick()
    {
        v1::AgentMessage message;
        message.mutable_metrics()->set_cpu_permille(1);
        m_channel->tell(message);
        m_tick.expires_after(std::chrono::seconds(1));
        m_tick.async_wait([this](std::error_code) { tick(); });
    }

    void end()
    {
        if (m_program)
            ::kill(-m_program->pid(), SIGKILL);
        std::_Exit(0);
    }

    asio::io_context &m_io;
    const Arguments m_arguments;
    sys::ChannelPtr m_channel;
    asio::steady_timer m_tick;
    asio::steady_timer m_end;
    asio::steady_timer m_flood;
    v1::InstanceOrder m_order;
    std::unique_ptr<sys::ProcessWatch> m_program;
    std::uint32_t m_restarts = 0;
};

int runTestAgent(const Arguments &arguments)
{
    asio::io_context io;
    TestAgent agent(io, arguments);
    io.run();
    return 0;
}

int runRealHost(const Arguments &arguments)
{
    host::HostOptions options;
    options.host_id = arguments.at("--id");
    options.fabric_id = arguments.at("--fabric-id");
    options.paths = {arguments.at("--data"), arguments.at("--runtime")};
    if (arguments.contains("--floor"))
        options.floor = arguments.at("--floor");
    options.accept_no_isolation = arguments.contains("--accept-no-isolation");
    options.agent_program = sys::programFolder() / "host_test_daemon";
    if (!std::getenv("SLIPWAY_TEST_WITHOUT_SLIRP"))
        options.outside_program = host::outsideProgram();
    return host::runHost(options);
}

} // namespace

int main(int argc, char **argv)
{
    Arguments arguments;
    for (int i = 2; i < argc; ++i) {
        const std::string name = argv[i];
        const bool is_flag = name == "--not-isolated" || name == "--accept-no-isolation";
        arguments[name] = !is_flag && i + 1 < argc ? argv[++i] : "";
    }
    const std::string command = argc > 1 ? argv[1] : "";
    if (arguments.contains("--try"))
        return 0; // a host's test of what it can hold
    return command == "host" ? runRealHost(arguments) : runTestAgent(arguments);
}
