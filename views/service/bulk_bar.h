// What can be done with the selected instances; shown while there are any.
#pragma once

#include "views/service/service_models.h"

#include <QFrame>

class QPushButton;

namespace slipway::views
{

class Label;

class BulkBar : public QFrame
{
    Q_OBJECT

public:
    BulkBar(PageContext &context, QWidget *parent = nullptr);
    void setSelection(const std::vector<models::InstanceId> &ids);
    void reboot();
    void reimage();

Q_SIGNALS:
    void clearRequested();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void refresh();
    // One command per deployment: the contract's target names one.
    void run(bool reimage, const std::vector<models::InstanceId> &ids);
    QStringList namesOf(const std::vector<models::InstanceId> &ids) const;
    QString subject(const std::vector<models::InstanceId> &ids) const;

    PageContext &m_context;
    std::vector<models::InstanceId> m_ids;
    Label *m_words;
    QPushButton *m_reboot;
    QPushButton *m_reimage;
};

} // namespace slipway::views
