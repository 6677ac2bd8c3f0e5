// Readers of instances' logs: the instances of a deployment merged by time, with or without
// following.
#pragma once

#include "backend/core/core.h"
#include "backend/fabric/fabric.h"
#include "backend/sys/log_file.h"

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace slipway::fabric
{

// On the fabric's thread; reads files in small pieces so that it never holds the thread up. Hosts
// write the files, so nothing of this passes through the controller until somebody reads.
class LogHub
{
public:
    LogHub(asio::io_context &io, sys::Paths paths, const core::State &state);

    // Ends the sink with NOT_FOUND when there is no such deployment.
    void stream(const v1::LogRequest &request, std::shared_ptr<LogSink> sink);
    void unwatch(const void *sink);
    void endAll(const v1::Error &error);

private:
    struct Source {
        std::string instance;
        sys::LogFileReader reader;
        std::uint64_t position = 0;
        std::deque<v1::LogLine> lines; // read, not merged yet
        bool dry = false;              // nothing more at the moment
    };
    struct Reader {
        v1::LogRequest request;
        std::string deployment_id;
        std::shared_ptr<LogSink> sink;
        std::vector<std::unique_ptr<Source>> sources;
        std::set<std::string> known; // the instances of the sources
        std::uint64_t looks = 0;
        v1::LogBatch waiting; // the sink had no room for it
        bool over = false;
    };

    Result<std::string> deploymentOf(const v1::LogRequest &request) const;
    std::vector<std::string> instancesOf(const Reader &reader) const;
    void addSources(Reader &reader, bool from_tail);
    void startAtTail(Reader &reader);
    void pumpAll();
    bool pump(Reader &reader);
    bool sendWaiting(Reader &reader);
    v1::LogBatch merge(Reader &reader);
    void schedule(int delay_ms);

    asio::io_context &m_io;
    sys::Paths m_paths;
    const core::State &m_state;
    asio::steady_timer m_timer;
    bool m_scheduled = false;
    std::vector<std::unique_ptr<Reader>> m_readers;
};

} // namespace slipway::fabric
