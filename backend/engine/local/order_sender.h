// Sends a host its orders as fast as it reads them: never more than a window waits in the channel,
// however much there is to say, and of several orders only the latest follows what was begun.
#pragma once

#include "backend/engine/local/order_parts.h"
#include "backend/sys/message_channel.h"

#include <deque>

namespace slipway::engine
{

// Lives on its io_context's thread, longer than the channel's callbacks.
class OrderSender
{
public:
    static constexpr std::size_t kWindowBytes = 8 * 1024 * 1024;

    // A new connection is told everything anew.
    void begin(sys::ChannelPtr channel);
    void end();
    void setOrders(const v1::HostOrders &orders);

private:
    void sendOn();
    bool takeNext();

    sys::ChannelPtr m_channel; // null: nobody to tell
    v1::HostOrders m_orders;
    bool m_has_orders = false;
    bool m_is_told = false; // of m_orders, all parts that are needed are sent or lie in m_rest
    OrderParts m_parts;     // of the present connection
    std::deque<v1::HostCommand> m_rest; // of the orders that were begun
};

} // namespace slipway::engine
