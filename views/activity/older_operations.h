// Pages backwards through the fabric's operations while a person scrolls.
#pragma once

#include "models/operations/operation_model.h"
#include "models/session/session.h"

class QAbstractItemView;

namespace slipway::views
{

class OlderOperations : public QObject
{
    Q_OBJECT

public:
    OlderOperations(models::Session &session, models::OperationModel &model, QObject *parent);
    // Asks for more whenever the view stands at its end.
    void follow(QAbstractItemView &view);
    void loadFirst(); // once
    void load();
    bool hasMore() const { return m_has_more; }

Q_SIGNALS:
    void failed(const QString &text); // what could not be read

private:
    models::Session &m_session;
    models::OperationModel &m_model;
    bool m_begun = false;
    bool m_asking = false;
    bool m_has_more = true;
};

} // namespace slipway::views
