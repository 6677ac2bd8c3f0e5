// Uploads on their way to the package store and to the core.
#include "backend/fabric/fabric_shell.h"

#include "backend/sys/random.h"

namespace slipway::fabric
{

namespace
{

constexpr int kQueryLook_ms = 50;
constexpr int kQueryLooks = 6;

} // namespace

void FabricShell::queryUpload(v1::UploadQuery query, Done<v1::UploadState> done)
{
    const auto refuse = [done](const v1::Error &error) { done(Failure(error)); };
    post(
        [this, query = std::move(query), done] {
            answerQuery({query.upload_id(), kQueryLooks, hold(done)});
        },
        refuse);
}

// Who asks after a break is faster than the news of the break: it is waited for a little.
void FabricShell::answerQuery(WaitingQuery query)
{
    const auto state = m_uploads.query(query.upload_id);
    const bool waits = state && state->received_bytes() == 0 && m_uploads.isComing(query.upload_id);
    if (!waits || query.looks == 0)
        return query.done(state);
    --query.looks;
    m_queries.push_back(std::move(query));
    if (m_queries.size() == 1)
        lookAgain();
}

void FabricShell::lookAgain()
{
    m_query_timer.expires_after(asio::chrono::milliseconds(kQueryLook_ms));
    m_query_timer.async_wait([this](std::error_code error) {
        if (error)
            return; // the end has answered them
        for (WaitingQuery &query : std::exchange(m_queries, {}))
            answerQuery(std::move(query));
    });
}

void FabricShell::beginUpload(std::string attempt, v1::UploadStart start,
                              Done<v1::UploadState> done)
{
    const auto refuse = [done](const v1::Error &error) { done(Failure(error)); };
    post([this, attempt = std::move(attempt), start = std::move(start),
          done] { beginAttempt(attempt, start, done); },
         refuse);
}

// On a full disk the trash gives way first.
void FabricShell::beginAttempt(const std::string &attempt, const v1::UploadStart &start,
                               const Done<v1::UploadState> &done)
{
    auto begun = m_uploads.begin(attempt, start);
    if (begun || begun.error().reason() != "DISK_TOO_FULL")
        return done(std::move(begun));
    m_keeping.makeRoom(
        UploadDesk::neededBytes(start), keepingFacts(),
        [this, attempt, start, answer = hold(done)] { answer(m_uploads.begin(attempt, start)); });
}

void FabricShell::uploadChunk(std::string attempt, std::string bytes, Done<v1::UploadState> done)
{
    const auto refuse = [done](const v1::Error &error) { done(Failure(error)); };
    post([this, attempt = std::move(attempt), bytes = std::move(bytes),
          done] { writeChunk(attempt, bytes, done); },
         refuse);
}

// A slow disk holds the writer up, not the fabric.
void FabricShell::writeChunk(const std::string &attempt, std::string bytes,
                             const Done<v1::UploadState> &done)
{
    const auto writing = m_uploads.accept(attempt, std::move(bytes));
    if (!writing)
        return done(Failure(writing.error()));
    m_writer->run([this, attempt, writing = *writing, answer = hold(done)] {
        asio::post(m_io, [this, attempt, size = writing.size(), success = writing.write(), answer] {
            answer(m_uploads.written(attempt, size, success));
        });
    });
}

void FabricShell::finishUpload(std::string attempt, std::string actor, Done<v1::UploadReply> done)
{
    const auto refuse = [done](const v1::Error &error) { done(Failure(error)); };
    const auto work = [this, attempt = std::move(attempt), actor = std::move(actor), done] {
        const auto upload = m_uploads.complete(attempt);
        if (!upload)
            return done(Failure(upload.error()));
        storePackage(*upload, attempt, actor, hold(done));
    };
    post(work, refuse);
}

void FabricShell::dropUpload(std::string attempt)
{
    post([this, attempt = std::move(attempt)] { m_uploads.breakOff(attempt); },
         [](const v1::Error &) {}); // an ending fabric has closed it already
}

// Reading and unpacking takes its time: on the worker. A package that was deleted meanwhile may
// have been "there already" for it, so then it is read once more.
void FabricShell::storePackage(const CompleteUpload &upload, const std::string &attempt,
                               const std::string &actor, Done<v1::UploadReply> done)
{
    const std::uint64_t removals = m_removals;
    m_worker->run([this, upload, attempt, actor, done, removals] {
        auto package = m_packages.add(upload.file, upload.file_name, actor, m_clock.wallMs());
        asio::post(m_io, [this, upload, attempt, actor, done, removals, package] {
            if (m_ending)
                return; // it was refused
            if (m_turn_scheduled)
                runTurn(); // what was asked for meanwhile is on the disk, a removal is known
            if (removals != m_removals)
                return storePackage(upload, attempt, actor, done);
            m_uploads.remove(attempt);
            if (!package)
                return done(Failure(package.error()));
            registerPackage(*package, done);
        });
    });
}

void FabricShell::registerPackage(const v1::Package &package, Done<v1::UploadReply> done)
{
    if (m_machine.adrift())
        return done(Failure(m_machine.adriftCause()));
    const auto known = m_machine.state().packages.find(package.digest());
    if (known != m_machine.state().packages.end()) {
        // Its content may be new, where the old one was damaged; it bears a mark until it is known.
        m_worker->run([this, digest = package.digest()] { m_packages.registered(digest); });
        v1::UploadReply reply;
        *reply.mutable_package() = known->second;
        reply.set_already_stored(true);
        return done(std::move(reply));
    }
    v1::Command command;
    // Never one used before: a package that was deleted and is sent again is registered again.
    command.set_request_id("upload-" + sys::randomHex(32));
    command.set_actor(package.actor());
    *command.mutable_register_package() = package;
    m_machine.execute({command, {}, {}},
                      [this, package, done](Result<v1::CommandReply> registered) {
                          if (!registered)
                              return done(Failure(registered.error()));
                          v1::UploadReply reply;
                          const auto stored = m_machine.state().packages.find(package.digest());
                          *reply.mutable_package() =
                              stored != m_machine.state().packages.end() ? stored->second : package;
                          done(std::move(reply));
                      });
}

} // namespace slipway::fabric
