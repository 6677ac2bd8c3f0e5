// Who streams at the moment: the server ends all of them before it ends itself.
#pragma once

#include "backend/proto/result.h"

#include <map>
#include <memory>
#include <mutex>

namespace slipway::server
{

inline constexpr std::size_t kOpenStreamsMax = 512;

class OpenStream
{
public:
    virtual ~OpenStream() = default;
    virtual void finish(const v1::Error &error) = 0; // any thread; only the first call counts
};

class StreamRegistry
{
public:
    // After endAll(), and above the limit, a stream that comes is finished at once.
    void add(const std::shared_ptr<OpenStream> &stream);
    void remove(const OpenStream *stream);
    void endAll(const v1::Error &error);

private:
    std::mutex m_mutex;
    std::map<const OpenStream *, std::weak_ptr<OpenStream>> m_streams;
    std::unique_ptr<v1::Error> m_ended_with;
};

} // namespace slipway::server
