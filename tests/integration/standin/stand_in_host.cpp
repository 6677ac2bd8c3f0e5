// `slipwayd host` without sandboxes: follows its orders by saying that it does. For tests with more
// instances than a machine could run.
#include "backend/host/order_book.h"
#include "backend/sys/child_process.h"
#include "backend/sys/clock.h"
#include "backend/sys/message_channel.h"
#include "backend/sys/paths.h"
#include "slipway/v1/machine.pb.h"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <map>
#include <string>

using namespace slipway;

namespace
{

using Arguments = std::map<std::string, std::string>; // "--id" -> "host-1"
using Key = std::pair<std::string, std::string>;

class StandIn
{
public:
    StandIn(asio::io_context &io, const Arguments &arguments)
        : m_io(io), m_arguments(arguments), m_tick(io),
          m_dialer(io, std::filesystem::path(arguments.at("--runtime")) / "hosts.sock",
                   [this](const sys::ChannelPtr &channel) { connected(channel); })
    {
        m_dialer.dial();
        beat();
    }

private:
    void connected(const sys::ChannelPtr &channel)
    {
        m_channel = channel;
        m_book.begin();
        channel->start([this](std::string_view bytes) { told(bytes); },
                       [this](const std::string &) {
                           m_channel = nullptr;
                           m_dialer.dial();
                       });
        v1::HostMessage message;
        v1::HostHello &hello = *message.mutable_hello();
        hello.set_protocol(2);
        hello.set_fabric_id(m_arguments.at("--fabric-id"));
        hello.set_host_id(m_arguments.at("--id"));
        hello.set_pid(sys::processId());
        hello.set_isolation("isolated with limits");
        hello.set_real_cores(2);
        for (const auto &[key, status] : m_statuses)
            *hello.add_instances() = status;
        channel->tell(message);
    }

    void told(std::string_view bytes)
    {
        v1::HostCommand command;
        if (!sys::parseMessage(bytes, command))
            return;
        if (command.has_stop())
            return m_io.stop();
        if (const auto orders = m_book.take(command.orders()))
            follow(*orders);
    }

    void follow(const std::vector<host::WholeOrder> &orders)
    {
        std::map<Key, v1::InstanceStatus> before = std::exchange(m_statuses, {});
        for (const auto &[order, common] : orders) {
            const Key key{order.deployment_id(), order.name()};
            if (order.remove())
                continue;
            v1::InstanceStatus &status = m_statuses[key];
            const auto old = before.find(key);
            const bool is_known = old != before.end();
            if (is_known)
                status = old->second;
            before.erase(key);
            const auto wanted =
                order.run() ? v1::RoleInstance::ReadyRole : v1::RoleInstance::StoppedVM;
            if (is_known && status.state() == wanted && status.generation() == order.generation())
                continue;
            status = statusFor(order, wanted);
            say(status);
        }
        for (auto &[key, status] : before) {
            status.set_present(false);
            say(status);
        }
    }

    static v1::InstanceStatus statusFor(const v1::InstanceOrder &order,
                                        v1::RoleInstance::State state)
    {
        v1::InstanceStatus status;
        status.set_deployment_id(order.deployment_id());
        status.set_name(order.name());
        status.set_generation(order.generation());
        status.set_state(state);
        status.set_present(true);
        for (const v1::Endpoint &endpoint : order.role().endpoints()) {
            if (state != v1::RoleInstance::ReadyRole)
                continue;
            v1::EndpointTarget &target = *status.add_targets();
            target.set_endpoint(endpoint.name());
            target.set_protocol(endpoint.protocol());
            target.set_target("unix:/nowhere/" + order.name());
        }
        return status;
    }

    void say(const v1::InstanceStatus &status)
    {
        v1::HostMessage message;
        *message.mutable_status() = status;
        if (m_channel)
            m_channel->tell(message);
    }

    void beat()
    {
        m_tick.expires_after(std::chrono::milliseconds(500));
        m_tick.async_wait([this](std::error_code error) {
            if (error)
                return;
            v1::HostMessage message;
            message.mutable_heartbeat()->set_time_ms(sys::SystemClock().wallMs());
            if (m_channel)
                m_channel->tell(message);
            beat();
        });
    }

    asio::io_context &m_io;
    const Arguments m_arguments;
    asio::steady_timer m_tick;
    sys::MessageDialer m_dialer;
    sys::ChannelPtr m_channel;
    host::OrderBook m_book;
    std::map<Key, v1::InstanceStatus> m_statuses;
};

} // namespace

int main(int argc, char **argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    Arguments arguments;
    for (int i = 2; i + 1 < argc; i += 2)
        arguments[argv[i]] = argv[i + 1];
    asio::io_context io(1);
    StandIn host(io, arguments);
    io.run();
    return 0;
}
