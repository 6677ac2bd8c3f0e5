#include "views/activity/older_operations.h"

#include "models/base/words.h"

#include <QAbstractItemView>
#include <QScrollBar>

namespace slipway::views
{

namespace
{

constexpr std::uint32_t kPage = 100;
constexpr int kRowsMax = 5000;

} // namespace

OlderOperations::OlderOperations(models::Session &session, models::OperationModel &model,
                                 QObject *parent)
    : QObject(parent), m_session(session), m_model(model)
{
}

void OlderOperations::follow(QAbstractItemView &view)
{
    auto *bar = view.verticalScrollBar();
    connect(bar, &QScrollBar::valueChanged, this, [this, bar](int value) {
        if (value > 0 && value == bar->maximum()) {
            load();
        }
    });
}

void OlderOperations::loadFirst()
{
    if (!m_begun && m_session.isLive()) {
        load();
    }
}

void OlderOperations::load()
{
    if (m_asking || !m_has_more) {
        return;
    }
    m_begun = true;
    m_asking = true;
    v1::OperationsRequest request;
    if (const auto oldest = m_model.oldest(); oldest != nullptr) {
        request.set_before_time_ms(oldest->start_time_ms());
        request.set_before_id(oldest->id());
    }
    request.set_limit(kPage);
    m_session.listOperations(request, this, [this](Result<v1::OperationsReply> reply) {
        m_asking = false;
        if (!reply) {
            m_begun = false;
            Q_EMIT failed(models::text(reply.error().message()));
            return; // asked again at the next visit or scroll
        }
        const int before = m_model.rowCount();
        m_model.addOlder({reply->operations().begin(), reply->operations().end()});
        m_has_more = m_model.rowCount() > before && m_model.rowCount() < kRowsMax;
    });
}

} // namespace slipway::views
