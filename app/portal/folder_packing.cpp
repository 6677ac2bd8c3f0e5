#include "app/portal/folder_packing.h"

#include "backend/packages/package_writer.h"

#include <QPointer>
#include <QThreadPool>

namespace slipway::portal
{

views::PackFolder makeFolderPacking(std::shared_ptr<models::GuiHop> hop)
{
    return [hop = std::move(hop)](const QString &folder, const QString &output, QObject *context,
                                  std::function<void(Result<void>)> done) {
        const std::filesystem::path from(folder.toStdU16String());
        const std::filesystem::path to(output.toStdU16String());
        QThreadPool::globalInstance()->start(
            [hop, from, to, guard = QPointer<QObject>(context), done = std::move(done)] {
                const auto result = packages::packFolder(from, to);
                hop->post([guard, done, result] {
                    if (guard != nullptr) {
                        done(result);
                    }
                });
            });
    };
}

} // namespace slipway::portal
