#include "backend/server/stream_registry.h"

#include <vector>

namespace slipway::server
{

static v1::Error tooMany()
{
    return makeError(v1::Error::RESOURCE_EXHAUSTED, "TOO_MANY_STREAMS",
                     std::to_string(kOpenStreamsMax) +
                         " watches and logs are followed already, which is the limit. Close a "
                         "portal or end a \"slipwayctl watch\" first.");
}

void StreamRegistry::add(const std::shared_ptr<OpenStream> &stream)
{
    std::unique_lock lock(m_mutex);
    if (!m_ended_with && m_streams.size() < kOpenStreamsMax) {
        m_streams.emplace(stream.get(), stream);
        return;
    }
    const v1::Error error = m_ended_with ? *m_ended_with : tooMany();
    lock.unlock();
    stream->finish(error);
}

void StreamRegistry::remove(const OpenStream *stream)
{
    const std::lock_guard lock(m_mutex);
    m_streams.erase(stream);
}

void StreamRegistry::endAll(const v1::Error &error)
{
    std::vector<std::shared_ptr<OpenStream>> open;
    {
        const std::lock_guard lock(m_mutex);
        m_ended_with = std::make_unique<v1::Error>(error);
        for (const auto &[key, stream] : m_streams)
            if (auto alive = stream.lock())
                open.push_back(std::move(alive));
    }
    for (const auto &stream : open)
        stream->finish(error);
}

} // namespace slipway::server
