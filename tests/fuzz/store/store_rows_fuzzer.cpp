// Any bytes in any row of a sound store: the fabric starts or refuses with an error, a check says
// what is wrong, and whatever the rows say, the packages beside the store stay.
#include "backend/fabric/data_check.h"
#include "backend/fabric/parts.h"
#include "backend/store/store.h"
#include "tests/fuzz/support/fuzz_home.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <future>
#include <spdlog/spdlog.h>

using namespace slipway;
using namespace slipway::fabric;
namespace fs = std::filesystem;

namespace
{

// One row each: table, how it is found, and what is replaced.
constexpr const char *kRows[] = {
    "UPDATE entity SET bytes = ?1 WHERE kind = 1",
    "UPDATE entity SET bytes = ?1 WHERE kind = 4",
    "UPDATE entity SET bytes = ?1 WHERE kind = 100",
    "UPDATE event SET bytes = ?1",
    "UPDATE operation SET bytes = ?1",
    "UPDATE value SET bytes = ?1",
    "INSERT OR REPLACE INTO metric VALUES(1, 'd', ?1)",
    "INSERT OR REPLACE INTO request VALUES('id', 1, x'00', ?1)",
    "INSERT OR REPLACE INTO entity VALUES(2, '', 'd', 1, ?1)",
    "INSERT OR REPLACE INTO entity VALUES(3, 'd', 'i', 1, ?1)",
    "INSERT OR REPLACE INTO entity VALUES(5, '', 'p', 1, ?1)",
    "INSERT OR REPLACE INTO entity VALUES(6, '', 'o', 1, ?1)",
};

const fs::path &home()
{
    static const fuzz::FuzzHome home("rows");
    return home.folder();
}

FabricOptions optionsFor(const fs::path &data)
{
    FabricOptions options;
    options.paths = {data, home() / "run"};
    options.socket = options.paths.fabricSocket();
    options.engine = "none";
    return options;
}

template <typename T, typename Call> Result<T> waitFor(Call call)
{
    std::promise<Result<T>> promise;
    call([&promise](Result<T> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
}

void end(Fabric &fabric)
{
    std::promise<void> promise;
    fabric.shutdown(false, [&promise] { promise.set_value(); });
    promise.get_future().wait();
}

// A store with a service in it, made once.
const fs::path &soundData()
{
    static const fs::path data = [] {
        const fs::path made = home() / "sound";
        auto fabric = openFabric(optionsFor(made));
        v1::Command command;
        command.mutable_create_service()->set_name("shop");
        if (!fabric ||
            !waitFor<v1::CommandReply>([&](auto done) { (*fabric)->execute(command, done); }))
            std::abort();
        end(**fabric);
        const fs::path package = made / "packages" / std::string(64, 'a');
        fs::create_directories(package / "content");
        v1::Package of_nobody;
        of_nobody.set_digest("sha256:" + std::string(64, 'a'));
        std::ofstream(package / "package.pb") << of_nobody.SerializeAsString();
        return made;
    }();
    return data;
}

void spoil(const fs::path &store, const char *sql, const std::uint8_t *bytes, std::size_t size)
{
    SQLite::Database database(store.string(), SQLite::OPEN_READWRITE);
    SQLite::Statement statement(database, sql);
    statement.bind(1, static_cast<const void *>(bytes), int(size));
    statement.exec();
}

void live(const FabricOptions &options)
{
    auto fabric = openFabric(options);
    if (!fabric)
        return;
    v1::Command command;
    command.mutable_create_service()->set_name("another");
    (void)waitFor<v1::CommandReply>([&](auto done) { (*fabric)->execute(command, done); });
    (void)waitFor<v1::EventsReply>([&](auto done) { (*fabric)->listEvents({}, done); });
    (void)waitFor<v1::OperationsReply>([&](auto done) { (*fabric)->listOperations({}, done); });
    end(**fabric);
}

bool holdsPackage(const FabricOptions &options)
{
    return fs::exists(options.paths.packages() / std::string(64, 'a') / "package.pb");
}

// Once: with the store's own word the same package does go, so that its staying says something.
void proveThatItCanGo()
{
    const fs::path folder = home() / "deleted";
    fs::copy(soundData(), folder, fs::copy_options::recursive);
    const FabricOptions options = optionsFor(folder);
    {
        SQLite::Database database(options.paths.storeFile().string(), SQLite::OPEN_READWRITE);
        SQLite::Statement word(database, "INSERT INTO deleted VALUES(?, ?, 1)");
        word.bind(1, int(v1::Removed::PACKAGE));
        word.bind(2, "sha256:" + std::string(64, 'a'));
        word.exec();
    }
    constexpr int kLives = 20; // one that is short may end before it came to it
    for (int life = 0; life < kLives && holdsPackage(options); ++life)
        live(options);
    if (holdsPackage(options))
        std::abort();
    fs::remove_all(folder);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    static const bool proven = (proveThatItCanGo(), true);
    (void)proven;
    const fs::path folder = home() / "spoiled";
    fs::remove_all(folder);
    fs::copy(soundData(), folder, fs::copy_options::recursive);
    const FabricOptions options = optionsFor(folder);
    spoil(options.paths.storeFile(), kRows[data[0] % std::size(kRows)], data + 1, size - 1);
    const std::atomic<bool> never = false;
    (void)checkData(options.paths, never);
    live(options);
    if (!holdsPackage(options))
        std::abort(); // nothing that a row says deletes what nobody knows
    return 0;
}
