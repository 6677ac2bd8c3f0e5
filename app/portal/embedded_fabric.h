// The fabric inside the portal's process. Free of Qt and of the fabric's own headers. Opening and
// ending take their time and happen on a thread of its own.
#pragma once

#include "backend/proto/result.h"
#include "slipway/v1/fabric.pb.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace slipway::portal
{

struct EmbeddedOptions {
    std::filesystem::path data;   // empty: the operator's own
    std::filesystem::path socket; // absolute
    std::string engine = "local";
    std::uint32_t hosts = 0; // 0: as stored
    std::uint32_t fault_domains = 0;
};

enum class StartOutcome {
    Embedded, // runs here and answers on the socket
    Attach,   // another controller holds the data folder: be its client
    Failed,
};

class EmbeddedFabric
{
public:
    using Started = std::function<void(StartOutcome, v1::Error)>;           // any thread
    using ShutdownAsked = std::function<void(const v1::ShutdownRequest &)>; // any thread

    explicit EmbeddedFabric(EmbeddedOptions options);
    // Waits for what is under way. A fabric that still runs leaves its services running, as after
    // a crash: nobody asked for their end.
    ~EmbeddedFabric();
    EmbeddedFabric(const EmbeddedFabric &) = delete;
    EmbeddedFabric &operator=(const EmbeddedFabric &) = delete;

    // Not while one runs or another start is under way.
    void start(Started started, ShutdownAsked asked);
    // Ends watches, server and fabric, in this order; frees lock and socket. `stopped` comes on any
    // thread. Harmless when nothing runs.
    void stop(bool keep_services, std::function<void()> stopped);
    bool isRunning() const;
    // A detached `slipwayd fabric` over the same data and socket; returns its pid.
    Result<int> startDaemon() const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway::portal
