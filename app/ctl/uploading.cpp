#include "app/ctl/uploading.h"

#include "app/ctl/terminal_border.h"
#include "app/ctl/words.h"
#include "backend/packages/package_reader.h"
#include "backend/packages/package_writer.h"
#include "backend/sys/random.h"
#include "backend/sys/terminal.h"

namespace slipway::ctl
{

namespace fs = std::filesystem;

namespace
{

constexpr std::size_t kUploadIdDigits = 32;

// A folder packed for this upload only.
class PackedFolder
{
public:
    ~PackedFolder()
    {
        std::error_code ignored;
        if (!m_parent.empty())
            fs::remove_all(m_parent, ignored);
    }
    Result<fs::path> pack(const fs::path &folder)
    {
        m_parent = fs::temp_directory_path() / ("slipway-" + sys::randomHex(16));
        fs::create_directory(m_parent);
        fs::permissions(m_parent, fs::perms::owner_all);
        const std::string name = fs::absolute(folder / "").parent_path().filename().string();
        const fs::path file = m_parent / (name + ".cspkg");
        if (auto packed = packages::packFolder(folder, file); !packed)
            return Failure(packed.error());
        return file;
    }

private:
    fs::path m_parent;
};

// Called on gRPC's threads, one at a time.
class ProgressLine
{
public:
    explicit ProgressLine(std::ostream &err)
        : m_err(err), m_shown(sys::isTerminal(sys::Stream::Error))
    {
    }
    void show(client::UploadProgress progress)
    {
        const std::uint64_t total = std::max<std::uint64_t>(progress.total_bytes, 1);
        const int percent = int(progress.sent_bytes * 100 / total);
        if (!m_shown || percent == m_percent)
            return;
        m_percent = percent;
        m_err << kLineAgain << "uploading " << percent << "% of " << bytesText(progress.total_bytes)
              << (percent == 100 ? ", checking\n" : "") << std::flush;
    }

private:
    std::ostream &m_err;
    bool m_shown;
    int m_percent = -1;
};

Result<v1::UploadReply> send(Context &context, const fs::path &file, const std::string &digest)
{
    Session &session = context.session();
    const auto line = std::make_shared<ProgressLine>(context.err);
    const std::string hex = digest.substr(digest.find(':') + 1);
    std::unique_ptr<client::Subscription> subscription;
    return session.await<v1::UploadReply>([&](auto done) {
        subscription = session.client().uploadPackage(
            file, "ctl-" + hex.substr(0, kUploadIdDigits),
            [line](client::UploadProgress progress) { line->show(progress); }, std::move(done));
    });
}

// Also what the fabric has already: it compares what it has with what comes, and heals it.
Result<Uploaded> uploadFile(Context &context, const fs::path &file)
{
    const auto digest = packages::fileDigest(file);
    if (!digest)
        return Failure(digest.error());
    const auto reply = send(context, file, *digest);
    if (!reply)
        return Failure(reply.error());
    return Uploaded{reply->package(), reply->already_stored()};
}

} // namespace

Result<Uploaded> upload(Context &context, const fs::path &file)
{
    PackedFolder packed;
    std::error_code error;
    if (!fs::is_directory(file, error))
        return uploadFile(context, file);
    const auto made = packed.pack(file);
    return made ? uploadFile(context, *made) : Failure(made.error());
}

} // namespace slipway::ctl
