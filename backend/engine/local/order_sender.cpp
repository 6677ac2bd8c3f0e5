#include "backend/engine/local/order_sender.h"

#include <iterator>
#include <utility>

namespace slipway::engine
{

void OrderSender::begin(sys::ChannelPtr channel)
{
    end();
    m_channel = std::move(channel);
    m_channel->whenDrained([this] { sendOn(); });
    sendOn();
}

void OrderSender::end()
{
    if (m_channel)
        m_channel->whenDrained(nullptr);
    m_channel = nullptr;
    m_parts = {};
    m_rest.clear();
    m_is_told = false;
}

void OrderSender::setOrders(const v1::HostOrders &orders)
{
    m_orders = orders;
    m_has_orders = true;
    m_is_told = false;
    sendOn();
}

// What was begun is finished first: the host takes a set of orders with its last part.
bool OrderSender::takeNext()
{
    if (!m_rest.empty())
        return true;
    if (!m_has_orders || std::exchange(m_is_told, true))
        return false;
    std::vector<v1::HostCommand> parts = m_parts.cut(m_orders);
    m_rest.assign(std::make_move_iterator(parts.begin()), std::make_move_iterator(parts.end()));
    return true;
}

// To a host that reads slowly only the latest orders are sent, not all that there were.
void OrderSender::sendOn()
{
    while (m_channel && (m_rest.empty() ? m_channel->queuedBytes() == 0
                                        : m_channel->queuedBytes() < kWindowBytes)) {
        if (!takeNext())
            return;
        if (!m_channel->send(m_rest.front())) { // a mistake, logged; or its end, which is told
            m_rest.clear();
            return;
        }
        m_rest.pop_front();
    }
}

} // namespace slipway::engine
