// One thread for work that blocks: unpacking, hashing, deleting.
#pragma once

#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <functional>

namespace slipway::fabric
{

// Jobs run one after the other. The destructor waits for the running one, which may take long, and
// drops the others.
class Worker
{
public:
    Worker() : m_pool(1) {}
    ~Worker()
    {
        stop();
        m_pool.join();
    }
    void stop() { m_pool.stop(); } // no further job is begun
    void run(std::function<void()> job) { asio::post(m_pool, std::move(job)); }

private:
    asio::thread_pool m_pool;
};

} // namespace slipway::fabric
